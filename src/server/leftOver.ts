import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Beginning of the names of clusters' folders; short, for the paths of a container runtime's sockets begin with it. */
export const clusterPrefix = join(tmpdir(), 'fulfil-k-');
const owner = 'owner';

export async function markOwned(directory: string): Promise<void> {
  await writeFile(join(directory, owner), String(process.pid));
}

/** Folders of clusters whose test process died before it could stop them. */
export async function leftOver(): Promise<readonly string[]> {
  const names = (await readdir(tmpdir())).filter((name) => join(tmpdir(), name).startsWith(clusterPrefix));
  const found: string[] = [];
  for (const directory of names.map((name) => join(tmpdir(), name))) {
    const pid = Number(await readFile(join(directory, owner), 'utf8').catch(() => ''));
    // a folder without an owner was made this very moment
    if (pid > 0 && !isAlive(pid)) found.push(directory);
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
