import type { TreeEntry } from 'isomorphic-git';
import { symbolicLink } from './treeView.js';
import type { GitObject, GitObjects } from './gitObjects.js';
import { gitObject } from './gitObjects.js';

/** Blob ids to put at paths, and paths to remove; a path is in one of the two. */
export interface TreeEdit {
  readonly puts: ReadonlyMap<string, string>;
  readonly removes: ReadonlySet<string>;
}

export interface EditedTree {
  /** Undefined when no file is left. */
  readonly oid: string | undefined;
  /** Trees that did not exist before, for the pack. */
  readonly created: readonly GitObject[];
  readonly altered: ReadonlySet<string>;
}

/**
 * The tree after an edit, made from trees and blobs alone: without index and work tree no .gitignore, attribute or
 * filter of the repository has a say (B21). Only trees on the way to an edited path are read.
 */
export async function editTree(
  objects: GitObjects,
  root: string | undefined,
  edit: TreeEdit,
  conflict: (path: string) => Error,
): Promise<EditedTree> {
  const created: GitObject[] = [];
  const altered = new Set<string>();

  async function rebuild(oid: string | undefined, node: EditNode, directory: string): Promise<string | undefined> {
    const before = oid === undefined ? [] : await objects.tree(oid);
    const entries = new Map(before.map((entry) => [entry.path, entry]));
    let changed = false;
    for (const [name, child] of node.children) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const entry = entries.get(name);
      const next = await editEntry(entry, child, path);
      if (next === entry) continue;
      changed = true;
      if (next === undefined) entries.delete(name);
      else entries.set(name, next);
    }
    if (!changed) return oid;
    if (entries.size === 0) return undefined;
    const tree = gitObject('tree', encodeTree([...entries.values()]));
    created.push(tree);
    return tree.oid;
  }

  async function editEntry(entry: TreeEntry | undefined, node: EditNode, path: string): Promise<TreeEntry | undefined> {
    let now = entry;
    if (node.remove && now?.type === 'blob') {
      altered.add(path);
      now = undefined;
    }
    if (node.children.size > 0) now = await editDirectory(now, node, path);
    if (node.put === undefined) return now;
    if (now !== undefined && now.type !== 'blob') throw conflict(path);
    if (now?.oid === node.put && now.mode !== symbolicLink) return now;
    altered.add(path);
    const mode = now?.mode === '100755' ? now.mode : '100644';
    return { path: lastSegment(path), type: 'blob', mode, oid: node.put };
  }

  async function editDirectory(
    entry: TreeEntry | undefined,
    node: EditNode,
    path: string,
  ): Promise<TreeEntry | undefined> {
    if (entry !== undefined && entry.type !== 'tree') {
      if (putsBelow(node)) throw conflict(path);
      return entry;
    }
    const oid = await rebuild(entry?.oid, node, path);
    if (oid === entry?.oid) return entry;
    return oid === undefined ? undefined : { path: lastSegment(path), type: 'tree', mode: '040000', oid };
  }

  const oid = await rebuild(root, editNode(edit), '');
  return { oid, created, altered };
}

interface EditNode {
  put?: string;
  remove: boolean;
  readonly children: Map<string, EditNode>;
}

function editNode(edit: TreeEdit): EditNode {
  const root: EditNode = { remove: false, children: new Map() };
  for (const path of edit.removes) nodeAt(root, path).remove = true;
  for (const [path, oid] of edit.puts) nodeAt(root, path).put = oid;
  return root;
}

function nodeAt(root: EditNode, path: string): EditNode {
  let node = root;
  for (const segment of path.split('/')) {
    const child = node.children.get(segment) ?? { remove: false, children: new Map<string, EditNode>() };
    node.children.set(segment, child);
    node = child;
  }
  return node;
}

function putsBelow(node: EditNode): boolean {
  return [...node.children.values()].some((child) => child.put !== undefined || putsBelow(child));
}

function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = entries.map((entry) => ({ entry, key: sortKey(entry) }));
  sorted.sort((a, b) => Buffer.compare(a.key, b.key));
  const lines = sorted.map(({ entry }) =>
    Buffer.concat([Buffer.from(`${entry.mode.replace(/^0/, '')} ${entry.path}\0`), Buffer.from(entry.oid, 'hex')]),
  );
  return Buffer.concat(lines);
}

/** Git orders names by their bytes, a directory as if its name ended with a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.type === 'tree' ? `${entry.path}/` : entry.path);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
