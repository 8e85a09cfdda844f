import { lstat, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { directoryStore } from '../../../activities/stores/directory/directoryStore.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreWriter } from '../../../activities/stores/storeWriter.js';
import { directoryChange, never } from '../../servers/storeChanges.js';

let place: string;
let root: string;
let writer: StoreWriter;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'fulfil-test-directory-'));
  root = join(place, 'made', 'when', 'missing');
  writer = directoryStore({ kind: 'DirectoryStateStore', name: 'local', path: root });
});

afterEach(() => rm(place, { recursive: true, force: true }));

async function files(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function put(path: string, text = 'x') {
  return { summary: 's', run: 'r', edit: () => Promise.resolve({ put: [memoryFile(path, text)], remove: [] }) };
}

it('writes, leaves what is unchanged untouched, and prunes what becomes empty', async () => {
  const first = await writer.apply([directoryChange('a/b', { x: '1', 'deep/y': '2' })], never());
  expect(first.changed).toBe(true);
  const before = await stat(join(root, 'a/b/x'), { bigint: true });
  const again = await writer.apply([directoryChange('a/b', { x: '1', 'deep/y': '2' })], never());
  expect(again).toEqual({ ...first, changed: false, each: [false] });
  expect((await stat(join(root, 'a/b/x'), { bigint: true })).ino).toBe(before.ino);
  await writer.apply([directoryChange('a/b', { x: '3' })], never());
  expect(await files()).toEqual(['a/b/x']);
  expect(await readFile(join(root, 'a/b/x'), 'utf8')).toBe('3');
  await writer.apply([directoryChange('a/b', {})], never());
  expect(await readdir(root)).toEqual([]);
});

it('turns files into directories and back', async () => {
  await writer.apply([directoryChange('a', { x: '1', 'y/z': '2' })], never());
  await writer.apply([directoryChange('a', { 'x/deep': '1', y: '2' })], never());
  expect(await files()).toEqual(['a/x/deep', 'a/y']);
});

it('refuses what would go through somebody else’s file', async () => {
  await writer.apply([put('a')], never());
  await expect(writer.apply([put('a/b')], never())).rejects.toMatchObject({ type: 'PathConflict', retryable: false });
  await writer.apply([put('c/d')], never());
  await expect(writer.apply([put('c')], never())).rejects.toMatchObject({ type: 'PathConflict' });
  expect(await files()).toEqual(['a', 'c/d']);
});

it('never follows a link out of its root', async () => {
  const outside = join(place, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'theirs'), 'precious');
  await mkdir(root, { recursive: true });
  await symlink(outside, join(root, 'way-out'));
  await symlink(join(outside, 'theirs'), join(root, 'link'));
  await expect(writer.apply([put('way-out/new')], never())).rejects.toMatchObject({
    type: 'PathEscape',
    retryable: false,
  });
  await expect(writer.apply([directoryChange('way-out/deep', {})], never())).rejects.toMatchObject({
    type: 'PathEscape',
  });
  await expect(writer.apply([put('../outside/new')], never())).rejects.toMatchObject({ type: 'PathEscape' });
  await writer.apply([put('link', 'ours')], never());
  expect((await lstat(join(root, 'link'))).isFile()).toBe(true);
  expect(await readFile(join(outside, 'theirs'), 'utf8')).toBe('precious');
  await mkdir(join(root, 'd'));
  await symlink(outside, join(root, 'd/link'));
  await writer.apply([directoryChange('d', { x: '1' })], never());
  expect(await readdir(outside)).toEqual(['theirs']);
  expect(await readdir(join(root, 'd'))).toEqual(['x']);
});

// Node's recursive mkdir would never come back from there.
(process.platform === 'linux' ? it : it.skip)('says that a path cannot be made where nothing can be made', async () => {
  const nowhere = directoryStore({ kind: 'DirectoryStateStore', name: 'n', path: '/proc/nowhere/deeper' });
  await expect(nowhere.probe(never())).rejects.toMatchObject({
    message: expect.stringMatching(/ENOENT.*mkdir '\/proc\/nowhere'/),
  });
});

it('probes without a trace and says what is wrong', async () => {
  await writer.probe(never());
  expect(await readdir(root)).toEqual([]);
  const relative = directoryStore({ kind: 'DirectoryStateStore', name: 'local', path: 'here' });
  await expect(relative.probe(never())).rejects.toMatchObject({
    message: 'DirectoryStateStore/local: path "here" is not absolute',
  });
  await writeFile(join(place, 'file'), '');
  const blocked = directoryStore({ kind: 'DirectoryStateStore', name: 'local', path: join(place, 'file') });
  await expect(blocked.probe(never())).rejects.toMatchObject({ retryable: false });
});

it('knows whether it holds a change, and names its state without reading files', async () => {
  expect(await writer.fingerprint(never())).toBe('empty');
  const change = directoryChange('a', { x: '1', 'deep/y': '2' });
  expect(await writer.holds([change], never())).toBeUndefined();
  const { revision } = await writer.apply([change], never());
  expect(await writer.holds([change], never())).toBe(revision);
  const before = await writer.fingerprint(never());
  await writer.apply([change], never());
  expect(await writer.fingerprint(never())).toBe(before);
  await writeFile(join(root, 'a/x'), '9');
  expect(await writer.fingerprint(never())).not.toBe(before);
  expect(await writer.holds([change], never())).toBeUndefined();
  await writer.apply([change], never());
  await writeFile(join(root, 'a/stray'), '');
  expect(await writer.holds([change], never())).toBeUndefined();
  await expect(writer.propose([change], 'offer', never())).rejects.toMatchObject({
    type: 'ProposalUnsupported',
    message: expect.stringContaining('DirectoryStateStore/local'),
  });
});

it('leaves no half-written file when a document cannot be read', async () => {
  const broken = { ...memoryFile('a/x', '1'), content: () => Promise.reject(new Error('artifact is gone')) };
  const change = { summary: 's', run: 'r', edit: () => Promise.resolve({ put: [broken], remove: [] }) };
  await expect(writer.apply([change], never())).rejects.toThrow('artifact is gone');
  expect(await files()).toEqual([]);
});
