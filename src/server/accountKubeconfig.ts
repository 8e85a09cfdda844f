import { writeFile } from 'node:fs/promises';
import { runProgram } from '../setup/program.js';
import { kubectlProgram } from './programs.js';

/** The API server answers at once; the first call may have to wait until it knows the account. */
const answerMilliseconds = 30_000;

/** A kubeconfig with which a process of this machine is a service account of the cluster; returns its path. */
export async function accountKubeconfig(kubeconfig: string, namespace: string, account: string): Promise<string> {
  const program = await kubectlProgram();

  async function kubectl(...args: readonly string[]): Promise<string> {
    const all = ['--kubeconfig', kubeconfig, ...args];
    const { ok, stdout, complaint } = await runProgram(program, all, { timeoutMs: answerMilliseconds });
    if (!ok) throw new Error(`kubectl ${args.join(' ')}: ${complaint}`);
    return stdout;
  }

  // As long as anybody looks at a demonstration, or measures.
  const token = await kubectl('create', 'token', account, '--namespace', namespace, '--duration=24h');
  const view = JSON.parse(await kubectl('config', 'view', '--raw', '--output=json')) as {
    readonly users: readonly { readonly name: string }[];
  };
  const users = view.users.map(({ name }) => ({ name, user: { token: token.trim() } }));
  const path = `${kubeconfig}-${account}`;
  await writeFile(path, JSON.stringify({ ...view, users }), { mode: 0o600 });
  return path;
}
