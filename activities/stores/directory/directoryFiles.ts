import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readFile, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parents } from '../stagedEdits.js';
import { rootedPath } from './rootedPath.js';

/** A regular file's content; undefined for everything else, links included: they may lead out of the root. */
export async function readStored(root: string, path: string): Promise<Buffer | undefined> {
  const absolute = await rootedPath(root, path);
  const status = await lstat(absolute).catch(() => undefined);
  return status?.isFile() === true ? readFile(absolute) : undefined;
}

/** Files and links below a directory; links are listed, never entered. */
export async function listStored(root: string, directory: string): Promise<readonly string[]> {
  const absolute = directory === '' ? root : await rootedPath(root, directory);
  if ((await lstat(absolute).catch(() => undefined))?.isDirectory() !== true) return [];
  const entries = await readdir(absolute, { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    return entry.isDirectory() ? listStored(root, path) : [path];
  });
  return (await Promise.all(nested)).flat();
}

/** A reader sees the old file or the new one, never half of one, also after a power cut. */
export async function writeAtomically(root: string, path: string, content: Buffer): Promise<void> {
  const absolute = await rootedPath(root, path);
  await mkdir(dirname(absolute), { recursive: true });
  const temporary = join(dirname(absolute), `.fulfil-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, absolute);
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    throw thrown;
  }
}

/** Whether `removeStored` would find something to remove. */
export async function isThere(root: string, path: string): Promise<boolean> {
  const status = await lstat(await rootedPath(root, path)).catch(() => undefined);
  return status !== undefined && !status.isDirectory();
}

/** Removes a file and the directories that it leaves empty; true when there was something to remove. */
export async function removeStored(root: string, path: string): Promise<boolean> {
  const absolute = await rootedPath(root, path);
  const status = await lstat(absolute).catch(() => undefined);
  if (status === undefined || status.isDirectory()) return false;
  await unlink(absolute);
  for (const parent of [...parents(path)].reverse()) {
    const emptied = await rmdir(join(root, parent)).then(
      () => true,
      () => false,
    );
    if (!emptied) break;
  }
  return true;
}
