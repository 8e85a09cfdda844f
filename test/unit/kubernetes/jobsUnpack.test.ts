import { lstat, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';
import { unpack } from '../../../activities/kubernetes/unpack.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fulfil-unpack-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

type Entry = readonly [Partial<Header> & Pick<Header, 'name'>, string?];

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, text = ''] of entries) archive.entry(header, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield Promise.resolve(bytes.subarray(from, from + size));
}

test('files, folders, programs, long names and links within are laid out', async () => {
  const long = `output/${'d'.repeat(90)}/${'f'.repeat(120)}`;
  const entries: Entry[] = [
    [{ name: 'output/', type: 'directory' }],
    [{ name: 'output/a/b', mode: 0o600 }, 'x'.repeat(5000)],
    [{ name: 'output/run', mode: 0o755 }, '#!'],
    [{ name: long }, 'long'],
    [{ name: 'output/link', type: 'symlink', linkname: 'a/b' }],
    [{ name: 'metadata/status.yaml' }, 'message: x\n'],
  ];
  await unpack(inPieces(await tarOf(entries)), root, 1e6);
  expect(await readFile(join(root, 'output/a/b'), 'utf8')).toHaveLength(5000);
  expect(await readFile(join(root, 'output/link'), 'utf8')).toHaveLength(5000);
  expect(await readFile(join(root, long), 'utf8')).toBe('long');
  expect((await lstat(join(root, 'output/run'))).mode & 0o777).toBe(0o700);
  expect(await readFile(join(root, 'metadata/status.yaml'), 'utf8')).toBe('message: x\n');
});

const file = (name: string): Entry => [{ name }, 'x'];
const link = (name: string, linkname: string): Entry => [{ name, type: 'symlink', linkname }];

test.each<[string, Entry[], string]>([
  ['an absolute name', [file('/etc/x')], 'PathEscape'],
  ['a name that climbs', [file('output/../../x')], 'PathEscape'],
  ['another folder', [file('input/x')], 'OutputRefused'],
  ['a named pipe', [[{ name: 'output/x', type: 'fifo' }]], 'OutputRefused'],
  ['a device', [[{ name: 'output/x', type: 'character-device' }]], 'OutputRefused'],
  ['a hard link', [file('output/y'), [{ name: 'output/x', type: 'link', linkname: '/etc/passwd' }]], 'OutputRefused'],
  ['a link behind a link', [link('output/a', '/tmp'), link('output/a/b', '/etc')], 'PathEscape'],
  ['one name twice', [file('output/x'), file('output/x')], 'OutputRefused'],
  ['a file where a folder is', [file('output/x/y'), file('output/x')], 'OutputRefused'],
  ['too much', [[{ name: 'output/x' }, 'x'.repeat(200_000)]], 'OutputRefused'],
])('refused: %s', async (_what, entries, type) => {
  let read = 0;
  const bytes = await tarOf(entries);
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of inPieces(bytes)) {
      read += piece.length;
      yield piece;
    }
  }
  await expect(unpack(counted(), root, 100_000)).rejects.toMatchObject({ type, retryable: false });
  // Whoever sends hears the answer only when all is read.
  expect(read).toBe(bytes.length);
});

test('a file named like a link’s folder is not written through it', async () => {
  const entries = [link('output/a', '/tmp'), file('output/a/fulfil-must-not-be-here')];
  await unpack(inPieces(await tarOf(entries)), root, 1e6).catch(() => undefined);
  expect(await readdir(tmpdir())).not.toContain('fulfil-must-not-be-here');
});

test('a body that breaks off is no refusal', async () => {
  const bytes = await tarOf([[{ name: 'output/x' }, 'x'.repeat(50_000)]]);
  async function* broken(): AsyncGenerator<Buffer> {
    yield* inPieces(bytes.subarray(0, 20_000));
    throw new Error('aborted');
  }
  await expect(unpack(broken(), root, 1e6)).rejects.toThrow('aborted');
  const cut = inPieces(bytes.subarray(0, 20_000));
  await expect(unpack(cut, join(root, 'other'), 1e6)).rejects.not.toHaveProperty('type');
});
