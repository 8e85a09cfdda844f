import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../inParallel.js';
import { sha256 } from '../memoryFile.js';
import { emptyRevision } from '../storeWriter.js';
import { listStored } from './directoryFiles.js';

// Node asks a disk four questions at a time; the rest only keeps these from waiting.
const atOnce = 16;

/** From paths, sizes and times of change alone: a file that is rewritten with the same content counts as changed. */
export async function directoryFingerprint(root: string): Promise<string> {
  const lines: string[] = [];
  await inParallel(await listStored(root, ''), atOnce, async (path) => {
    const status = await lstat(join(root, path), { bigint: true }).catch(() => undefined);
    // A file that went between the two looks is not there.
    if (status !== undefined) lines.push(`${path} ${status.size} ${status.mtimeNs}`);
  });
  return lines.length === 0 ? emptyRevision : sha256(lines.sort().join('\n'));
}
