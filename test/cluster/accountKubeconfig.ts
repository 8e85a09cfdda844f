import { writeFile } from 'node:fs/promises';
import { mustKubectl } from './kubectl.js';

/** A kubeconfig with which a process of this machine is a service account of the cluster; returns its path. */
export async function accountKubeconfig(kubeconfig: string, namespace: string, account: string): Promise<string> {
  const token = await mustKubectl(kubeconfig, ['create', 'token', account, '-n', namespace, '--duration=24h']);
  const view = JSON.parse(await mustKubectl(kubeconfig, ['config', 'view', '--raw', '-o', 'json'])) as {
    readonly users: readonly { readonly name: string }[];
  };
  const users = view.users.map(({ name }) => ({ name, user: { token: token.trim() } }));
  const path = `${kubeconfig}-${account}`;
  await writeFile(path, JSON.stringify({ ...view, users }), { mode: 0o600 });
  return path;
}
