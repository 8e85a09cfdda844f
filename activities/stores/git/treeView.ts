import type { TreeEntry } from 'isomorphic-git';
import type { StoreView } from '../storeWriter.js';
import type { GitObjects } from './gitObjects.js';

export const symbolicLink = '120000';

/** Files of a tree; `read` tells a link nothing, `list` names it: it is a file that can be removed. */
export function treeView(objects: GitObjects, root: string | undefined): StoreView {
  return {
    async read(path) {
      const entry = await findEntry(objects, root, path);
      if (entry?.type !== 'blob' || entry.mode === symbolicLink) return undefined;
      return objects.blob(entry.oid);
    },
    async list(directory) {
      const start = directory === '' ? root : await directoryOid(objects, root, directory);
      return start === undefined ? [] : listTree(objects, start, directory);
    },
  };
}

export async function findEntry(
  objects: GitObjects,
  root: string | undefined,
  path: string,
): Promise<TreeEntry | undefined> {
  let tree = root;
  let entry: TreeEntry | undefined;
  for (const segment of path.split('/')) {
    if (tree === undefined) return undefined;
    entry = (await objects.tree(tree)).find((candidate) => candidate.path === segment);
    tree = entry?.type === 'tree' ? entry.oid : undefined;
  }
  return entry;
}

async function directoryOid(objects: GitObjects, root: string | undefined, path: string): Promise<string | undefined> {
  const entry = await findEntry(objects, root, path);
  return entry?.type === 'tree' ? entry.oid : undefined;
}

async function listTree(objects: GitObjects, oid: string, directory: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await objects.tree(oid)) {
    const path = directory === '' ? entry.path : `${directory}/${entry.path}`;
    if (entry.type === 'tree') paths.push(...(await listTree(objects, entry.oid, path)));
    if (entry.type === 'blob') paths.push(path);
  }
  return paths;
}
