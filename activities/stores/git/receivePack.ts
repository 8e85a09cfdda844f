export const noObject = '0'.repeat(40);

export interface RefUpdate {
  readonly ref: string;
  readonly from: string | undefined;
  /** Undefined: the ref is deleted. */
  readonly to: string | undefined;
}

/** What the server said about a push: whether it took the ref, why not, and what its hooks printed. */
export interface PushReport {
  readonly accepted: boolean;
  readonly reason: string;
  readonly said: readonly string[];
}

/**
 * The request of a push (gitprotocol-pack): the old id makes it a compare-and-swap on the branch, also against
 * somebody who rewound it. The two capabilities are in every server since git 1.6.6. A deletion has no pack.
 */
export function receivePackRequest(update: RefUpdate, pack: Buffer | undefined): Buffer {
  const command = `${update.from ?? noObject} ${update.to ?? noObject} ${update.ref}\0 report-status side-band-64k\n`;
  return Buffer.concat([packetLine(command), Buffer.from('0000'), pack ?? Buffer.alloc(0)]);
}

/** Undefined when the answer ends before the server has reported on the ref: nobody knows whether it was moved. */
export function readPushReport(answer: Buffer, ref: string): PushReport | undefined {
  const said: Buffer[] = [];
  const reports: Buffer[] = [];
  for (const packet of packets(answer)) {
    const content = packet.subarray(1);
    if (packet[0] === 1) reports.push(content);
    if (packet[0] === 2 || packet[0] === 3) said.push(content);
  }
  const lines = [...packets(Buffer.concat(reports))].map((line) => line.toString().trimEnd());
  const unpack = lines.find((line) => line.startsWith('unpack '))?.slice('unpack '.length);
  const heard = textLines(Buffer.concat(said).toString());
  if (unpack !== undefined && unpack !== 'ok') return { accepted: false, reason: `unpack ${unpack}`, said: heard };
  if (lines.includes(`ok ${ref}`)) return { accepted: true, reason: '', said: heard };
  const refused = lines.find((line) => line.startsWith(`ng ${ref}`));
  if (refused === undefined) return undefined;
  return { accepted: false, reason: refused.slice(`ng ${ref}`.length).trim() || 'refused', said: heard };
}

function packetLine(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** Complete packets of an answer; one that breaks off is left out, a flush ends a section and carries nothing. */
function* packets(answer: Buffer): Generator<Buffer> {
  let at = 0;
  while (at + 4 <= answer.length) {
    const length = Number.parseInt(answer.toString('latin1', at, at + 4), 16);
    if (Number.isNaN(length) || at + length > answer.length) return;
    if (length > 4) yield answer.subarray(at + 4, at + length);
    at += Math.max(length, 4);
  }
}

function textLines(text: string): readonly string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
