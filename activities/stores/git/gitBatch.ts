import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { joinStorePath } from '../../../src/domain/storePath.js';
import { inParallel } from '../inParallel.js';
import type { StagedEdits } from '../stagedEdits.js';
import { documentRefused, pathConflict } from '../storeFailure.js';
import type { StoreFile, StoreView } from '../storeWriter.js';
import type { GitObject, GitObjects } from './gitObjects.js';
import { gitObject } from './gitObjects.js';
import type { EditedTree } from './treeEdit.js';
import { editTree } from './treeEdit.js';
import { findEntry, symbolicLink } from './treeView.js';

/** A tree and everything new in it; paths are the store's own, without the store's path in the repository. */
export interface BatchTree extends EditedTree {
  readonly created: readonly GitObject[];
}

// Each takes a file of an artifact store and an object of the clone; more wait for the disk only.
const atOnce = 16;

/** The view of a store whose root is a directory of the repository. */
export function storeView(store: GitStateStore, repository: StoreView): StoreView {
  const root = joinStorePath(store.path);
  return {
    read: (path) => repository.read(joinStorePath(root, path)),
    list: async (directory) => {
      const found = await repository.list(joinStorePath(root, directory));
      return root === '' ? found : found.map((path) => path.slice(root.length + 1));
    },
  };
}

/** Makes blobs and trees of what is staged, in the clone; what is there already is left alone. */
export async function buildTree(
  store: GitStateStore,
  objects: GitObjects,
  base: string | undefined,
  staged: StagedEdits,
): Promise<BatchTree> {
  const root = joinStorePath(store.path);
  const blobs: GitObject[] = [];
  const puts = new Map<string, string>();
  await inParallel(staged.puts, atOnce, async ([path, file]) => {
    const blob = await newBlob(objects, base, joinStorePath(root, checked(store, path)), file);
    if (blob === undefined) return;
    blobs.push(blob);
    puts.set(joinStorePath(root, path), blob.oid);
  });
  const removes = new Set([...staged.removes].map((path) => joinStorePath(root, path)));
  const tree = await editTree(objects, base, { puts, removes }, (path) =>
    pathConflict(
      store,
      `"${path}" is a file where a directory is needed, or the reverse, and belongs to somebody else`,
    ),
  );
  await inParallel(tree.created, atOnce, (created) => objects.write(created));
  const strip = root === '' ? 0 : root.length + 1;
  return {
    ...tree,
    created: onceEach([...blobs, ...tree.created]),
    altered: new Set([...tree.altered].map((path) => path.slice(strip))),
  };
}

/** The same content at two paths is one object; a server that checks what it gets refuses a pack that has it twice. */
function onceEach(objects: readonly GitObject[]): GitObject[] {
  return [...new Map(objects.map((object) => [object.oid, object])).values()];
}

/** Whether an edit of this tree would alter nothing; writes nothing. */
export async function treeHolds(
  store: GitStateStore,
  objects: GitObjects,
  base: string | undefined,
  staged: StagedEdits,
): Promise<boolean> {
  const root = joinStorePath(store.path);
  for (const path of staged.removes) {
    if ((await findEntry(objects, base, joinStorePath(root, path)))?.type === 'blob') return false;
  }
  for (const [path, file] of staged.puts) {
    const entry = await findEntry(objects, base, joinStorePath(root, path));
    if (entry === undefined || entry.mode === symbolicLink) return false;
    if (entry.oid !== gitObject('blob', await file.content()).oid) return false;
  }
  return true;
}

async function newBlob(
  objects: GitObjects,
  base: string | undefined,
  path: string,
  file: StoreFile,
): Promise<GitObject | undefined> {
  const blob = gitObject('blob', await file.content());
  const entry = await findEntry(objects, base, path);
  if (entry?.oid === blob.oid && entry.mode !== symbolicLink) return undefined;
  await objects.write(blob);
  return blob;
}

/** Names that git refuses in a tree, in every spelling that a file system could take for them. */
function checked(store: GitStateStore, path: string): string {
  if (path.split('/').some((segment) => /^\.git$|^git~1$/i.test(segment))) {
    throw documentRefused(store, `"${path}" cannot be stored in a git repository`);
  }
  return path;
}
