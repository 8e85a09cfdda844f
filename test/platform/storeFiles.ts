import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Every file below a directory, sorted, as paths from it; none when it does not exist. */
export async function storeFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !path.endsWith('kratix-canary-namespace.yaml') && !path.endsWith('kratix-canary-configmap.yaml'))
    .toSorted();
}
