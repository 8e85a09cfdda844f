import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../errorCode.js';

/**
 * A directory and those above it. Node's own `recursive` asks again for ever where a directory that is there cannot have
 * the wanted one, as in /proc, and keeps the processor busy with that until the process ends.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || (await isThere(dirname(path)))) throw thrown;
    await makeDirectory(dirname(path));
    await makeDirectory(path);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
