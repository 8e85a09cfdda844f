import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { SweptArtifacts } from '../../../activities/artifacts/artifactStore.js';
import { restoreSnapshot, takeSnapshot } from '../../../activities/artifacts/snapshot.js';
import { artifactConfiguration } from '../../../src/worker/artifactConfiguration.js';
import { openArtifacts } from '../../../src/worker/openArtifacts.js';
import type { BucketServer } from '../../servers/bucketServer.js';
import { minioServer } from '../../servers/bucketServer.js';

let server: BucketServer;
let folder: string;
let artifacts: SweptArtifacts;

beforeAll(async () => {
  server = await minioServer();
  await server.client.makeBucket('artifacts');
  await server.client.setBucketVersioning('artifacts', { Status: 'Enabled' });
  folder = await mkdtemp(join(tmpdir(), 'fulfil-artifacts-'));
  artifacts = await open();
});

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function open(changes: NodeJS.ProcessEnv = {}): Promise<SweptArtifacts> {
  const environment = {
    FULFIL_ARTIFACTS_URL: `http://${server.endpoint}/artifacts/team-a`,
    FULFIL_ARTIFACTS_ACCESS_KEY: server.accessKey,
    FULFIL_ARTIFACTS_SECRET_KEY: server.secretKey,
    ...changes,
  };
  return openArtifacts(artifactConfiguration(environment, folder));
}

async function versions(): Promise<string[]> {
  const found: string[] = [];
  const listed = server.client.listObjects('artifacts', '', true, { IncludeVersion: true });
  for await (const { name } of listed as AsyncIterable<{ readonly name: string }>) found.push(name);
  return found.sort();
}

const digest = '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1';
const key = `team-a/98/${digest.slice(2)}`;

test('the same content has one digest and is put once, whoever puts it', async () => {
  expect(await artifacts.put('text')).toBe(digest);
  expect(await artifacts.put(Buffer.from('text'))).toBe(digest);
  const path = join(folder, 'file');
  await writeFile(path, 'text');
  expect(await (await open()).putFile(path)).toEqual({ digest, size: 4 });
  expect(await versions()).toEqual([key]);
  expect((await artifacts.get(digest)).toString()).toBe('text');
});

test('a folder comes back as it was', async () => {
  const [from, to] = [await mkdtemp(join(folder, 'from-')), join(folder, 'to')];
  await writeFile(join(from, 'empty'), '');
  await writeFile(join(from, 'large'), Buffer.alloc(12_000_000, 'x'));
  const snapshot = await takeSnapshot(artifacts, from);
  await restoreSnapshot(await open(), snapshot, to);
  expect(await readFile(join(to, 'empty'), 'utf8')).toBe('');
  expect((await readFile(join(to, 'large'))).equals(Buffer.alloc(12_000_000, 'x'))).toBe(true);
});

test('what somebody changed in the bucket is refused, and leaves no copy', async () => {
  await server.client.putObject('artifacts', key, 'evil');
  const damaged = {
    type: 'ArtifactDamaged',
    retryable: false,
    message: 'artifact 982d9e3eb996… in the artifact bucket artifacts at 127.0.0.1 has another content',
  };
  await expect(artifacts.get(digest)).rejects.toMatchObject(damaged);
  await expect(artifacts.copyTo(digest, join(folder, 'copy'))).rejects.toMatchObject(damaged);
  await expect(readFile(join(folder, 'copy'))).rejects.toMatchObject({ code: 'ENOENT' });
});

async function blobNamed(wanted: string) {
  const others: string[] = [];
  for await (const blob of artifacts.blobs()) {
    if (`${blob.key.slice(0, 2)}${blob.key.slice(3)}` === wanted) return blob;
    others.push(blob.key);
  }
  throw new Error(`${wanted} is not among ${others.join(', ')}`);
}

test('what is needed counts as new when it is old; what is not needed can be removed, and nothing that others keep', async () => {
  const versionsOf = async (name: string) => (await versions()).filter((version) => version === name).length;
  await server.client.putObject('artifacts', 'team-a/somebody/else.txt', 'text');
  await server.client.putObject('artifacts', `team-b/98/${digest.slice(2)}`, 'text');
  const kept = await artifacts.put('kept');
  const keptKey = `team-a/${kept.slice(0, 2)}/${kept.slice(2)}`;
  expect(await artifacts.noteUse(kept)).toBe(true);
  expect(await versionsOf(keptKey)).toBe(1);
  const old = await blobNamed(kept);
  expect(old.size).toBe(4);
  const later = Date.now() + 16 * 24 * 3_600_000;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
  try {
    expect(await artifacts.noteUse(kept)).toBe(true);
    expect(await versionsOf(keptKey)).toBe(2);
    await artifacts.put('kept');
    expect(await versionsOf(keptKey)).toBe(3);
  } finally {
    clock.mockRestore();
  }
  expect((await artifacts.get(kept)).toString()).toBe('kept');
  expect(await artifacts.noteUse('0'.repeat(64))).toBe(false);
  // It was put since it was listed.
  expect(await artifacts.remove({ ...old, usedAt: old.usedAt - 16 * 24 * 3_600_000 })).toBe(false);
  expect(await artifacts.remove(await blobNamed(kept))).toBe(true);
  await expect(artifacts.get(kept)).rejects.toMatchObject({ type: 'ArtifactMissing' });
  expect(await artifacts.remove(old)).toBe(false);
  const keys: string[] = [];
  for await (const { key } of artifacts.blobs()) keys.push(key);
  expect(keys).not.toContain('somebody/else.txt');
  expect(keys.filter((each) => each === `98/${digest.slice(2)}`)).toHaveLength(1);
});

test('a blob begins as it does; of an empty one, and of none, there is no beginning', async () => {
  const [empty, long] = [await artifacts.put(''), await artifacts.put('beginning')];
  expect((await artifacts.begin(long, 5)).toString()).toBe('begin');
  expect((await artifacts.begin(long, 50)).toString()).toBe('beginning');
  expect(await artifacts.begin(empty, 5)).toHaveLength(0);
  expect(await artifacts.begin('0'.repeat(64), 5)).toHaveLength(0);
});

test('what is missing is said, for another attempt', async () => {
  await expect(artifacts.get('0'.repeat(64))).rejects.toMatchObject({
    type: 'ArtifactMissing',
    retryable: true,
    message:
      'artifact 000000000000… is not in the artifact bucket artifacts at 127.0.0.1: controllers and workers must share one',
  });
});

test.each([
  [{ FULFIL_ARTIFACTS_SECRET_KEY: 'wrong' }, /^the artifact bucket artifacts at 127\.0\.0\.1: /],
  [{ FULFIL_ARTIFACTS_URL: 'http://127.0.0.1:1/artifacts' }, /ECONNREFUSED/],
])('a bucket that cannot be used is said at the start: %j', async (changes, message) => {
  const refused = { type: 'ArtifactsUnavailable', retryable: true, message: expect.stringMatching(message) };
  await expect(open(changes)).rejects.toMatchObject(refused);
});

test('a bucket that does not exist is said at the start', async () => {
  await expect(open({ FULFIL_ARTIFACTS_URL: `http://${server.endpoint}/none` })).rejects.toMatchObject({
    message: 'the artifact bucket none at 127.0.0.1: there is no such bucket',
  });
});

test.each([
  [{ FULFIL_ARTIFACTS_URL: 'http://minio:9000' }, 'FULFIL_ARTIFACTS_URL: expected https://HOST/BUCKET'],
  [{ FULFIL_ARTIFACTS_URL: 's3://bucket' }, 'FULFIL_ARTIFACTS_URL: Invalid'],
  [{ FULFIL_ARTIFACTS_SECRET_KEY: undefined }, 'FULFIL_ARTIFACTS_SECRET_KEY: expected together with'],
])('settings that cannot work: %j', async (changes, message) => {
  await expect(async () => open(changes)).rejects.toThrow(message);
});

test('without a URL it is a directory', () => {
  expect(artifactConfiguration({}, '/home/artifacts')).toEqual({ kind: 'directory', root: '/home/artifacts' });
});
