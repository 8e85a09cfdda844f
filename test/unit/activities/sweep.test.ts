import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { StoredBlob, SweptArtifacts } from '../../../activities/artifacts/artifactStore.js';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import { putSnapshot } from '../../../activities/artifacts/snapshot.js';
import { sweepArtifacts } from '../../../activities/artifacts/sweepArtifacts.js';
import { openScratch } from './scratch.js';

const scratch = openScratch();
const day = 24 * 3_600_000;
const missing = { type: 'ArtifactMissing' };

async function listed(artifacts: SweptArtifacts): Promise<StoredBlob[]> {
  const found: StoredBlob[] = [];
  for await (const blob of artifacts.blobs()) found.push(blob);
  return found;
}

/** A store of which nothing was put or needed for a month. */
async function agedStore(name: string, fill: (artifacts: SweptArtifacts) => Promise<unknown>): Promise<SweptArtifacts> {
  const root = scratch.path(name);
  const artifacts = directoryArtifacts(root);
  await fill(artifacts);
  const then = new Date(Date.now() - 31 * day);
  for (const { key } of await listed(artifacts)) await utimes(join(root, key), then, then);
  return artifacts;
}

async function* each(...digests: string[]): AsyncIterable<readonly string[]> {
  for (const digest of digests) yield [digest];
}

function sweep(artifacts: SweptArtifacts, needed: AsyncIterable<readonly string[]>, days = 40) {
  const options = { artifacts, needed, notedSince: Date.now() - days * day, now: Date.now() };
  return sweepArtifacts(options, new AbortController().signal);
}

test('a snapshot is needed with its files; what only begins like one is a file', async () => {
  let [snapshot, odd, unneeded] = ['', '', ''];
  const artifacts = await agedStore('needed', async (store) => {
    const digest = await store.put('content');
    snapshot = await putSnapshot(store, [{ path: 'a', digest, size: 7, executable: false }]);
    odd = await store.put('[{"path": it says');
    unneeded = await store.put('gone');
  });
  const named = each(snapshot, odd, snapshot, '0'.repeat(64));
  expect(await sweep(artifacts, named)).toEqual({ needed: 3, removed: 1, bytes: 4 });
  await expect(artifacts.get(unneeded)).rejects.toMatchObject(missing);
  expect(await sweep(artifacts, each())).toEqual({ needed: 0, removed: 0, bytes: 0 });
});

test('nothing is removed before thirty days of notes, nor when it is not known what is needed', async () => {
  const artifacts = await agedStore('early', (store) => store.put('text'));
  const removesFrom = expect.stringMatching(/^20\d\d-/);
  expect(await sweep(artifacts, each(), 29)).toEqual({ needed: 0, removed: 0, bytes: 0, removesFrom });
  async function* failing(): AsyncIterable<readonly string[]> {
    yield [];
    throw new Error('Temporal: unavailable');
  }
  await expect(sweep(artifacts, failing())).rejects.toThrow('Temporal: unavailable');
  expect(await listed(artifacts)).toHaveLength(1);
  expect(await sweep(artifacts, each(), 31)).toEqual({ needed: 0, removed: 1, bytes: 4 });
});

test('what is stored again is new; what is needed since it was listed stays', async () => {
  let [again, late] = ['', ''];
  const artifacts = await agedStore('race', async (store) => {
    again = await store.put('again');
    late = await store.put('late');
  });
  await artifacts.put('again');
  const [blob] = (await listed(artifacts)).filter(({ key }) => key.replace('/', '') === late);
  if (blob === undefined) throw new Error('it is not listed');
  await artifacts.noteUse(late);
  expect(await artifacts.remove(blob)).toBe(false);
  expect(await sweep(artifacts, each())).toMatchObject({ removed: 0 });
  expect((await artifacts.get(again)).toString()).toBe('again');
  expect((await artifacts.get(late)).toString()).toBe('late');
});

test('who stores a blob while it is removed has it stored', async () => {
  const root = scratch.path('busy');
  const artifacts = directoryArtifacts(root);
  const then = new Date(Date.now() - 31 * day);
  for (let round = 0; round < 300; round += 1) {
    const digest = await artifacts.put('text');
    await utimes(join(root, digest.slice(0, 2), digest.slice(2)), then, then);
    const [blob] = await listed(artifacts);
    if (blob === undefined) throw new Error('it is not listed');
    await Promise.all([artifacts.remove(blob), artifacts.put('text')]);
    expect((await artifacts.get(digest)).toString()).toBe('text');
  }
});

test('what a worker that was killed left of a blob goes, too; what is nobody’s blob stays', async () => {
  const root = scratch.path('beside');
  const artifacts = await agedStore('beside', async (store) => {
    const digest = await store.put('text');
    await writeFile(join(root, digest.slice(0, 2), `${digest.slice(2)}.3f2504e0-4f89-41d3-9a0c-0305e82c3301`), 'te');
    await writeFile(join(root, 'readme'), 'mine');
    await mkdir(join(root, 'ab'), { recursive: true });
    await writeFile(join(root, 'ab', 'notes'), 'mine');
  });
  expect(await sweep(artifacts, each())).toEqual({ needed: 0, removed: 2, bytes: 6 });
  expect((await readdir(root)).includes('readme')).toBe(true);
  expect(await readdir(join(root, 'ab'))).toEqual(['notes']);
});
