import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { kubectlProgram } from '../../src/server/programs.js';

export interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl as a user calls it; `input` is what stands behind `-f -`. */
export async function kubectl(kubeconfig: string, args: readonly string[], input?: unknown): Promise<Ended> {
  return spawned(
    await kubectlProgram(),
    ['--kubeconfig', kubeconfig, ...ownCache(kubeconfig), ...args],
    input === undefined ? '' : JSON.stringify(input),
  );
}

/** kubectl remembers for hours which kinds an address serves, and clusters of tests follow each other at one address. */
function ownCache(kubeconfig: string): readonly string[] {
  return ['--cache-dir', join(dirname(kubeconfig), 'kubectl-cache')];
}

/** A program with everything that it printed. */
export async function spawned(program: string, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(program, args, { stdio: 'pipe' });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ok: code === 0, stdout, stderr };
}

/** As {@link kubectl}, for calls that have to succeed. */
export async function mustKubectl(kubeconfig: string, args: readonly string[], input?: unknown): Promise<string> {
  const { ok, stdout, stderr } = await kubectl(kubeconfig, args, input);
  if (!ok) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
