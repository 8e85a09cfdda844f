import { stripVTControlCharacters } from 'node:util';
import { open } from 'node:fs/promises';

/** Enough to find the last line and the engine's own message in. */
const TAIL_BYTES = 8 * 1024;
/** What a failure message may quote. */
const LAST_LINE_CHARACTERS = 300;

/** Copies output to a file as it comes, up to a limit; returns the end of all that was printed. */
export async function copyOutput(output: AsyncIterable<Buffer>, file: string, limitBytes: number): Promise<string> {
  const handle = await open(file, 'w');
  let tail = Buffer.alloc(0);
  let room = limitBytes;
  let cut = false;
  try {
    for await (const chunk of output) {
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      if (cut) continue;
      const kept = chunk.length <= room ? chunk : chunk.subarray(0, characterStart(chunk, room));
      await handle.write(kept);
      room -= kept.length;
      cut = kept.length < chunk.length;
      if (cut) await handle.write(`\n[cut here: the output is longer than ${limitBytes} bytes]\n`);
    }
  } finally {
    await handle.close();
  }
  return tail.toString('utf8');
}

/** The last line that is not blank, as a person would quote it: without colours and control characters. */
export function lastLine(text: string): string {
  const printable = stripVTControlCharacters(text).split(/[\r\n]+/);
  const last = printable.map((line) => line.replace(/\p{Cc}+/gu, ' ').trim()).findLast((line) => line !== '');
  return (last ?? '').slice(0, LAST_LINE_CHARACTERS);
}

/** Steps back to the start of a character, so that a cut leaves no half of one. */
function characterStart(bytes: Buffer, end: number): number {
  let at = Math.max(0, end);
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
