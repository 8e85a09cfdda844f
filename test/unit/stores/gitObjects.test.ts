import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import git from 'isomorphic-git';
import { gitObjects } from '../../../activities/stores/git/gitObjects.js';

let gitdir: string;

beforeAll(async () => {
  gitdir = await mkdtemp(join(tmpdir(), 'fulfil-git-objects-'));
  await git.init({ fs, gitdir, bare: true });
});
afterAll(() => rm(gitdir, { recursive: true, force: true }));

async function largeTree(name: string, size: number): Promise<string> {
  const oid = '0'.repeat(40);
  const tree = Array.from({ length: size }, (_, index) => {
    return { mode: '100644', path: `${name}-${index}`, oid, type: 'blob' as const };
  });
  return git.writeTree({ fs, gitdir, tree });
}

test('trees are kept up to a number of entries, and the oldest go first', async () => {
  const objects = gitObjects(gitdir);
  const oids = await Promise.all(['a', 'b'].map((name) => largeTree(name, 110_000)));
  // Also one that two ask for at once counts once.
  for (const oid of oids) await Promise.all([objects.tree(oid), objects.tree(oid)]);
  // From here on it knows what it has kept.
  await rm(join(gitdir, 'objects'), { recursive: true });
  const kept = oids.map(async (oid) => (await objects.tree(oid).catch(() => [])).length);
  expect(await Promise.all(kept)).toEqual([0, 110_000]);
});
