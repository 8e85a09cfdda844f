import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import { bucketArtifacts } from '../../../activities/artifacts/bucketArtifacts.js';
import { getSnapshot, restoreSnapshot, takeSnapshot } from '../../../activities/artifacts/snapshot.js';
import { openScratch } from './scratch.js';

const scratch = openScratch();
const { artifacts } = scratch;

async function folder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = scratch.path(name);
  await mkdir(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

describe('artifacts', () => {
  test('the same content has one digest and is stored once, however often and whoever stores it', async () => {
    const root = scratch.path('once');
    const stores = [directoryArtifacts(root), directoryArtifacts(root)];
    const digests = await Promise.all(stores.flatMap((store) => Array.from({ length: 10 }, () => store.put('text'))));
    expect(new Set(digests).size).toBe(1);
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files).toHaveLength(1);
  });

  test('a file is stored as its content is; a copy may be changed', async () => {
    const root = await folder('file', { a: 'text' });
    const { digest, size } = await artifacts.putFile(join(root, 'a'));
    expect([digest, size]).toEqual([await artifacts.put('text'), 4]);
    await artifacts.copyTo(digest, join(root, 'copy'));
    await writeFile(join(root, 'copy'), 'changed');
    expect((await artifacts.get(digest)).toString()).toBe('text');
  });

  test('what a power failure left of a blob is made whole by who stores it again', async () => {
    const root = scratch.path('torn');
    const store = directoryArtifacts(root);
    const digest = await store.put('whole');
    await writeFile(join(root, digest.slice(0, 2), digest.slice(2)), '');
    await store.put('whole');
    expect((await store.get(digest)).toString()).toBe('whole');
  });

  test('a blob that cannot be written leaves nothing behind', async () => {
    const root = scratch.path('full');
    const digest = await directoryArtifacts(scratch.path('other')).put('text');
    // A folder is in its place.
    await mkdir(join(root, digest.slice(0, 2), digest.slice(2), 'in the way'), { recursive: true });
    const unavailable = { type: 'ArtifactsUnavailable', retryable: true };
    await expect(directoryArtifacts(root).put('text')).rejects.toMatchObject(unavailable);
    expect(await readdir(join(root, digest.slice(0, 2)))).toEqual([digest.slice(2)]);
  });

  test('what is missing is said with what to do about it', async () => {
    await expect(artifacts.get('0'.repeat(64))).rejects.toMatchObject({
      type: 'ArtifactMissing',
      retryable: true,
      message: expect.stringContaining('all workers must share one artifact directory'),
    });
  });

  test('what is there and cannot be read is waited for', async () => {
    const root = scratch.path('broken');
    await mkdir(join(root, '00', '0'.repeat(62)), { recursive: true });
    const unavailable = { type: 'ArtifactsUnavailable', retryable: true };
    await expect(directoryArtifacts(root).get('0'.repeat(64))).rejects.toMatchObject(unavailable);
  });

  test('what somebody changed is refused', async () => {
    const root = scratch.path('changed');
    const store = directoryArtifacts(root);
    const digest = await store.put('text');
    await writeFile(join(root, digest.slice(0, 2), digest.slice(2)), 'evil');
    await expect(store.get(digest)).rejects.toMatchObject({
      type: 'ArtifactDamaged',
      retryable: false,
      message: `artifact ${digest.slice(0, 12)}… in ${root} has another content`,
    });
  });

  // A bucket that is not asked need not be there.
  const bucket = { host: '127.0.0.1', port: 1, secure: false, bucket: 'none', prefix: '' };
  test.each([
    ['directory', directoryArtifacts(scratch.path('deep/artifacts'))],
    ['bucket', bucketArtifacts({ ...bucket, credentials: { accessKey: 'a', secretKey: 'b' } })],
  ])('a %s reads nothing but what a digest names', async (_, store) => {
    await mkdir(scratch.path('deep/artifacts'), { recursive: true });
    await writeFile(scratch.path('outside.txt'), 'secret');
    const copy = scratch.path('copy-of-outside');
    for (const digest of ['../../outside.txt', '', 'A'.repeat(64), '0'.repeat(63), `${'0'.repeat(64)}\n`]) {
      const refused = { type: 'DigestInvalid', retryable: false };
      await expect(store.get(digest)).rejects.toMatchObject(refused);
      await expect(store.copyTo(digest, copy)).rejects.toMatchObject(refused);
    }
    await expect(stat(copy)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('snapshots', () => {
  test('a folder comes back as it was: contents, nesting, executable or not, empty or not', async () => {
    const root = await folder('tree', { 'a.txt': 'a', 'deep/er/b.sh': 'b', 'name with space': 'c' });
    await chmod(join(root, 'deep/er/b.sh'), 0o755);
    await mkdir(join(root, 'deep/empty'), { recursive: true });
    const digest = await takeSnapshot(artifacts, root);
    expect((await getSnapshot(artifacts, digest)).map(({ path, executable }) => [path, executable])).toEqual([
      ['a.txt', false],
      ['deep/er/b.sh', true],
      ['name with space', false],
    ]);
    const copy = scratch.path('copy');
    await restoreSnapshot(artifacts, digest, copy);
    expect(await readFile(join(copy, 'deep/er/b.sh'), 'utf8')).toBe('b');
    expect((await stat(join(copy, 'deep/er/b.sh'))).mode & 0o777).toBe(0o777);
    expect((await stat(join(copy, 'a.txt'))).mode & 0o777).toBe(0o666);
    expect((await stat(join(copy, 'deep/empty'))).mode & 0o777).toBe(0o777);
    expect(await takeSnapshot(artifacts, copy)).toBe(digest);
  });

  test('the order in which files were written does not matter', async () => {
    const first = await takeSnapshot(artifacts, await folder('order-1', { a: '1', b: '2' }));
    expect(await takeSnapshot(artifacts, await folder('order-2', { b: '2', a: '1' }))).toBe(first);
  });

  test('a link to a file inside is that file', async () => {
    const root = await folder('inside', { 'a.txt': 'a' });
    await symlink('a.txt', join(root, 'link.txt'));
    const files = await getSnapshot(artifacts, await takeSnapshot(artifacts, root));
    expect(files.map(({ path, digest }) => [path, digest])).toEqual([
      ['a.txt', files[0]?.digest],
      ['link.txt', files[0]?.digest],
    ]);
  });

  test.each([
    ['out', '/etc/passwd', 'PathEscape', "is a symbolic link that leads out of the stage's output"],
    ['up', '../outside.txt', 'PathEscape', "is a symbolic link that leads out of the stage's output"],
    [
      'sibling',
      '../refused-sibling-more/file',
      'PathEscape',
      "is a symbolic link that leads out of the stage's output",
    ],
    ['dangling', 'nothing', 'PathEscape', 'is a symbolic link to nothing'],
    ['folder', 'sub', 'OutputRefused', 'is a symbolic link to a directory and cannot be kept'],
  ])('a link %s is refused', async (name, target, type, message) => {
    await folder('.', { 'outside.txt': 'secret' });
    // A name that begins like the root's must not pass for something inside it.
    await folder(`refused-${name}-more`, { file: 'secret' });
    const root = await folder(`refused-${name}`, { 'sub/a': 'a' });
    await symlink(target, join(root, 'link'));
    await expect(takeSnapshot(artifacts, root)).rejects.toMatchObject({
      type,
      message: `link ${message}`,
      retryable: false,
    });
  });
});
