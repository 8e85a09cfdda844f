import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../../src/domain/failure.js';
import { parents } from '../stagedEdits.js';

/**
 * The absolute path of a file below `root`, after proof that no directory on the way is a symbolic link out of
 * it. The last segment is never followed by the callers: writing renames over it, removing unlinks it.
 */
export async function rootedPath(root: string, path: string): Promise<string> {
  const real = await realpath(root);
  for (const parent of parents(path)) {
    const absolute = join(root, parent);
    const status = await lstat(absolute).catch(() => undefined);
    if (status === undefined) break;
    if (!status.isSymbolicLink()) continue;
    const target = await realpath(absolute).catch(() => undefined);
    if (target === undefined || !isInside(real, target)) {
      throw new Failure(
        'PathEscape',
        `path "${path}" escapes the state store's root through the link "${parent}"`,
        false,
      );
    }
  }
  return join(root, path);
}

export function isInside(root: string, path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (at === root) return true;
    if (at === dirname(at)) return false;
  }
}
