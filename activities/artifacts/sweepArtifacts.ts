import { inParallel } from '../stores/inParallel.js';
import type { SweptArtifacts } from './artifactStore.js';
import { keptMillis } from './artifactStore.js';
import { snapshotMembers } from './snapshot.js';

export interface SweepOptions {
  readonly artifacts: SweptArtifacts;
  /** Digests that somebody may need, any number of times each; what else looks like one does no harm. */
  readonly needed: AsyncIterable<readonly string[]>;
  /** Since when what is needed was noted every day, in milliseconds since 1970. */
  readonly notedSince: number;
  readonly now: number;
}

export interface Swept {
  readonly needed: number;
  readonly removed: number;
  readonly bytes: number;
  /** Set while it is too early to remove anything: when it no longer is, as ISO time. */
  readonly removesFrom?: string;
}

/** A store answers in milliseconds, and has others to serve. */
const atOnce = 8;

/**
 * Notes what is needed, and removes what nobody needed for thirty days. It ends without removing anything when it
 * cannot know all that is needed: the iterable has to fail then.
 */
export async function sweepArtifacts(options: SweepOptions, signal: AbortSignal): Promise<Swept> {
  const { artifacts, notedSince, now } = options;
  const needed = await noteNeeded(options, signal);
  if (notedSince > now - keptMillis) {
    return { needed, removed: 0, bytes: 0, removesFrom: new Date(notedSince + keptMillis).toISOString() };
  }
  let [removed, bytes] = [0, 0];
  for await (const blob of artifacts.blobs()) {
    signal.throwIfAborted();
    if (blob.usedAt > now - keptMillis || !(await artifacts.remove(blob))) continue;
    removed += 1;
    bytes += blob.size;
  }
  return { needed, removed, bytes };
}

/** @returns how many of them are there */
async function noteNeeded({ artifacts, needed }: SweepOptions, signal: AbortSignal): Promise<number> {
  const [seen, opened] = [new Set<string>(), new Set<string>()];
  async function note(digest: string): Promise<boolean> {
    signal.throwIfAborted();
    if (seen.has(digest)) return true;
    const isThere = await artifacts.noteUse(digest);
    if (isThere) seen.add(digest);
    return isThere;
  }
  for await (const digests of needed) {
    const unopened = [...new Set(digests)].filter((digest) => !opened.has(digest));
    await inParallel(unopened, atOnce, async (digest) => {
      opened.add(digest);
      if (!(await note(digest))) return;
      // A file of one snapshot may be a snapshot of another's: whatever is named is opened itself.
      for (const member of await snapshotMembers(artifacts, digest)) await note(member);
    });
  }
  return seen.size;
}
