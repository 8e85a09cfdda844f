import type { TreeEntry } from 'isomorphic-git';
import type { GitObjects } from './gitObjects.js';

/**
 * What lies between two trees: each file with its entry before and after, in the order of the paths. Two commits with
 * equal diffs make the same change, wherever they stand. Trees that both have are not read.
 */
export async function treeDiff(
  objects: GitObjects,
  before: string | undefined,
  after: string | undefined,
  directory = '',
): Promise<readonly string[]> {
  if (before === after) return [];
  const [old, young] = [await entriesOf(objects, before), await entriesOf(objects, after)];
  const lines: string[] = [];
  for (const name of [...new Set([...old.keys(), ...young.keys()])].sort()) {
    const path = directory === '' ? name : `${directory}/${name}`;
    const [from, to] = [old.get(name), young.get(name)];
    lines.push(...(await treeDiff(objects, treeOf(from), treeOf(to), path)));
    const [file, newFile] = [fileOf(from), fileOf(to)];
    if (file !== newFile) lines.push(`${path} ${file} ${newFile}`);
  }
  return lines;
}

async function entriesOf(objects: GitObjects, oid: string | undefined): Promise<ReadonlyMap<string, TreeEntry>> {
  return new Map((oid === undefined ? [] : await objects.tree(oid)).map((entry) => [entry.path, entry]));
}

function treeOf(entry: TreeEntry | undefined): string | undefined {
  return entry?.type === 'tree' ? entry.oid : undefined;
}

function fileOf(entry: TreeEntry | undefined): string {
  return entry === undefined || entry.type === 'tree' ? '-' : `${entry.mode}:${entry.oid}`;
}
