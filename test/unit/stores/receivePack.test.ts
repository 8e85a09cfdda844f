import { describe, expect, it } from '@jest/globals';
import { readPushReport, receivePackRequest } from '../../../activities/stores/git/receivePack.js';
import { refusalText, saysOutrun } from '../../../activities/stores/git/gitTransport.js';

const ref = 'refs/heads/main';

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

function answer(report: string, said = ''): Buffer {
  const heard = said === '' ? '' : packet(`\u0002${said}`);
  return Buffer.from(`${heard}${packet(`\u0001${report}`)}0000`, 'latin1');
}

describe('a push on the wire', () => {
  it('asks for a compare-and-swap', () => {
    const [from, to] = ['a'.repeat(40), 'b'.repeat(40)];
    const request = receivePackRequest({ ref, from, to }, Buffer.from('PACK')).toString();
    expect(request).toBe(`${packet(`${from} ${to} ${ref}\0 report-status side-band-64k\n`)}0000PACK`);
    expect(receivePackRequest({ ref, from: undefined, to }, Buffer.alloc(0)).toString()).toContain(
      `${'0'.repeat(40)} ${to}`,
    );
    const deletion = receivePackRequest({ ref, from, to: undefined }, undefined).toString();
    expect(deletion).toBe(`${packet(`${from} ${'0'.repeat(40)} ${ref}\0 report-status side-band-64k\n`)}0000`);
  });

  it('reads what the server reports', () => {
    const ok = answer(`${packet('unpack ok\n')}${packet(`ok ${ref}\n`)}0000`, 'Processed\n');
    expect(readPushReport(ok, ref)).toEqual({ accepted: true, reason: '', said: ['Processed'] });
    const declined = answer(
      `${packet('unpack ok\n')}${packet(`ng ${ref} pre-receive hook declined\n`)}0000`,
      'No.\n\nNever.',
    );
    expect(readPushReport(declined, ref)).toEqual({
      accepted: false,
      reason: 'pre-receive hook declined',
      said: ['No.', 'Never.'],
    });
    const full = answer(`${packet('unpack disk full\n')}0000`);
    expect(readPushReport(full, ref)).toMatchObject({ accepted: false, reason: 'unpack disk full' });
  });

  it('knows nothing from an answer that breaks off', () => {
    const ok = answer(`${packet('unpack ok\n')}${packet(`ok ${ref}\n`)}0000`);
    for (let length = 0; length < ok.length - 4; length += 1)
      expect(readPushReport(ok.subarray(0, length), ref)).toBeUndefined();
    expect(readPushReport(Buffer.from('<html>Bad gateway</html>'), ref)).toBeUndefined();
  });

  it('tells a lost race from a refusal', () => {
    expect(
      ['fetch first', 'non-fast-forward', 'failed to update ref', 'stale info', 'reference already exists'].every(
        saysOutrun,
      ),
    ).toBe(true);
    expect(saysOutrun('pre-receive hook declined')).toBe(false);
    expect(refusalText('main', 'declined', ['error: GH006: no', '====='])).toBe(
      'the remote refuses the push to main: declined; GH006: no',
    );
  });
});
