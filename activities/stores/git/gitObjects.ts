import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeEntry } from 'isomorphic-git';
import git from 'isomorphic-git';
import { errorCode } from '../errorCode.js';
import { deflated } from './deflated.js';

export type ObjectType = 'blob' | 'tree' | 'commit';

export interface GitObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** The objects that a commit names. */
export interface CommitLinks {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** The object database of a bare repository, in this process: isomorphic-git finds and reads objects, packed or not. */
export interface GitObjects {
  readonly gitdir: string;
  /** isomorphic-git's own cache of opened packs; the fetch needs the same one. */
  readonly cache: object;
  tree(oid: string): Promise<readonly TreeEntry[]>;
  blob(oid: string): Promise<Buffer>;
  commit(oid: string): Promise<CommitLinks>;
  write(object: GitObject): Promise<void>;
}

// A tree read from a pack costs 0.6 ms, so they are kept; a folder that grows by a request is a new tree each time. An
// entry takes 180 bytes and a tree 220 more: 40 MB in large folders. A store of 10,000 files has 30,000 entries.
const keptEntries = 200_000;

export function gitObjects(gitdir: string): GitObjects {
  const cache = {};
  const trees = new Map<string, readonly TreeEntry[]>();
  let entries = 0;

  function keep(oid: string, tree: readonly TreeEntry[]): void {
    // Somebody else may have read it meanwhile.
    if (trees.has(oid)) return;
    trees.set(oid, tree);
    entries += tree.length;
    for (const [oldest, { length }] of trees) {
      if (entries <= keptEntries) return;
      trees.delete(oldest);
      entries -= length;
    }
  }

  return {
    gitdir,
    cache,
    async tree(oid) {
      const kept = trees.get(oid);
      if (kept !== undefined) return kept;
      const { tree } = await git.readTree({ fs, gitdir, cache, oid });
      keep(oid, tree);
      return tree;
    },
    async blob(oid) {
      const { blob } = await git.readBlob({ fs, gitdir, cache, oid });
      return Buffer.from(blob);
    },
    async commit(oid) {
      const { commit } = await git.readCommit({ fs, gitdir, cache, oid });
      return { tree: commit.tree, parents: commit.parent };
    },
    async write({ oid, type, content }) {
      // By hand, as git does it: isomorphic-git takes 2.5 times as long and leaves half an object when it is killed.
      const directory = join(gitdir, 'objects', oid.slice(0, 2));
      const path = join(directory, oid.slice(2));
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      const bytes = await deflated(wrapped(type, content));
      await writeFile(temporary, bytes).catch(async (thrown: unknown) => {
        // There are 256 directories and thousands of objects: most find theirs.
        if (errorCode(thrown) !== 'ENOENT') throw thrown;
        await mkdir(directory, { recursive: true });
        await writeFile(temporary, bytes);
      });
      await rename(temporary, path);
    },
  };
}

export function gitObject(type: ObjectType, content: Buffer): GitObject {
  return { type, content, oid: createHash('sha1').update(wrapped(type, content)).digest('hex') };
}

function wrapped(type: ObjectType, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
}
