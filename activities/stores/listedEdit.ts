import { Failure } from '../../src/domain/failure.js';
import { joinStorePath } from '../../src/domain/storePath.js';
import { memoryFile, sha256 } from './memoryFile.js';
import { readStateFile, stateFileText } from './stateFile.js';
import type { StoreEdit, StoreFile, StoreView } from './storeWriter.js';

interface ListedLayout {
  readonly directory: string;
  readonly stateFile: string;
}

/**
 * Mode none: the files lie among everybody's, and a state file says which are the placement's. Kratix lets two
 * placements overwrite and remove each other's files and hangs without a state file (B19): here the first is a
 * conflict, and the second means that there is nothing to remove.
 */
export async function listedEdit(
  view: StoreView,
  placement: string,
  layout: ListedLayout,
  files: readonly StoreFile[],
): Promise<StoreEdit> {
  const before = await listedBefore(view, layout);
  if (files.length === 0) return { put: [], remove: before === undefined ? [] : [...before, layout.stateFile] };
  const owned = new Set(before ?? []);
  for (const file of files) if (!owned.has(file.path)) await checkFree(view, placement, layout, file);
  const wanted = new Set(files.map((file) => file.path));
  const state = memoryFile(layout.stateFile, stateFileText([...wanted]));
  return { put: [...files, state], remove: [...owned].filter((path) => !wanted.has(path)) };
}

async function listedBefore(view: StoreView, layout: ListedLayout): Promise<readonly string[] | undefined> {
  const text = await view.read(layout.stateFile);
  return text === undefined ? undefined : readStateFile(layout.stateFile, text.toString(), layout.directory);
}

/** A file that is there and not ours is somebody's, unless it is word for word what we would write. */
async function checkFree(view: StoreView, placement: string, layout: ListedLayout, file: StoreFile): Promise<void> {
  const bookkeeping = joinStorePath(layout.directory, '.kratix');
  if (file.path === bookkeeping || file.path.startsWith(`${bookkeeping}/`)) {
    throw conflict(placement, file.path, 'lies where the state files are');
  }
  // Only then are the other state files read: with many placements that would be most of the work.
  const stored = await view.read(file.path);
  if (stored === undefined) return;
  const owner = await ownerOf(view, layout, file.path);
  if (owner !== undefined) throw conflict(placement, file.path, `is listed by "${owner}" already`);
  if (sha256(stored) !== file.digest)
    throw conflict(placement, file.path, 'is there already and no state file lists it');
}

async function ownerOf(view: StoreView, layout: ListedLayout, path: string): Promise<string | undefined> {
  for (const other of await view.list(joinStorePath(layout.directory, '.kratix'))) {
    if (other === layout.stateFile) continue;
    const text = (await view.read(other))?.toString() ?? '';
    if (readStateFile(other, text, layout.directory).includes(path)) return other;
  }
  return undefined;
}

function conflict(placement: string, path: string, why: string): Failure {
  return new Failure('PathConflict', `placement ${placement}: the file "${path}" ${why}`, false);
}
