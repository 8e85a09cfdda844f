import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { copyOutput, lastLine } from '../../../activities/containers/outputLog.js';

test('the last line is what a person would quote', () => {
  expect(lastLine('a\nb\u001b[1mold\u001b[0m \r\n\n  \n')).toBe('bold');
  expect(lastLine('10%\r50%\r100%\n')).toBe('100%');
  expect(lastLine('')).toBe('');
  expect(lastLine('x'.repeat(1000))).toHaveLength(300);
});

test('the cut falls between characters and the end is still returned', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-log-'));
  const file = join(folder, 'log');
  try {
    const end = await copyOutput(Readable.from([Buffer.from('aä'), Buffer.from('äb\nend\n')]), file, 4);
    expect(await readFile(file, 'utf8')).toBe('aä\n[cut here: the output is longer than 4 bytes]\n');
    expect(lastLine(end)).toBe('end');
    await copyOutput(Readable.from([Buffer.from('four')]), file, 4);
    expect(await readFile(file, 'utf8')).toBe('four');
  } finally {
    await rm(folder, { recursive: true });
  }
});
