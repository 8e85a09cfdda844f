import { escapes, joinStorePath } from '../../../src/domain/storePath.js';
import { inParallel } from '../inParallel.js';
import { sha256 } from '../memoryFile.js';
import type { StagedEdits } from '../stagedEdits.js';
import { blockingRemoves } from '../stagedEdits.js';
import type { StoreChange, StoreFile, StoreView } from '../storeWriter.js';
import { emptyRevision } from '../storeWriter.js';
import type { BucketObjects, StoredObject } from './bucketObjects.js';
import { holds } from './bucketObjects.js';

export interface BucketBatch {
  readonly altered: ReadonlySet<string>;
  readonly revision: string;
}

/** What a bucket is known to hold: the keys of each directory that was listed. */
export interface BucketListing {
  readonly view: StoreView;
  /** Lists directories before somebody asks for them one after the other. */
  prepare(directories: readonly string[]): Promise<void>;
  /** Undefined when the key lies in no directory that was listed. */
  isThere(key: string): boolean | undefined;
}

// Puts wait for the network, mostly: MinIO on one disk gains nothing beyond 16, and Amazon allows 3,500 a second.
const atOnce = 16;

/** A listing for a batch, with the directories that its changes are known to ask for. */
export async function preparedListing(
  objects: BucketObjects,
  root: string,
  changes: readonly StoreChange[],
): Promise<BucketListing> {
  const listing = bucketListing(objects, root);
  // One that leads out of the root is refused when its change asks for it, and fails that change alone.
  const directories = changes.flatMap((change) => change.lists ?? []).filter((directory) => !escapes(directory));
  await listing.prepare(directories);
  return listing;
}

/** Directories end with a slash here: `a` is not a part of `ab`. Keys have none in front (B52). */
function bucketListing(objects: BucketObjects, root: string): BucketListing {
  const known = new Map<string, ReadonlySet<string>>();

  async function keysOf(directory: string): Promise<ReadonlySet<string>> {
    const place = joinStorePath(root, directory);
    const prefix = place === '' ? '' : `${place}/`;
    const keys = known.get(prefix) ?? new Set((await objects.list(prefix)).map((object) => object.key));
    known.set(prefix, keys);
    return keys;
  }

  return {
    view: {
      read: (path) => objects.read(joinStorePath(root, path)),
      async list(directory) {
        const keys = await keysOf(directory);
        return root === '' ? [...keys] : [...keys].map((key) => key.slice(root.length + 1));
      },
    },
    prepare: (directories) =>
      inParallel(new Set(directories), atOnce, async (directory) => {
        await keysOf(directory);
      }),
    isThere(key) {
      const listed = [...parentPrefixes(key)].find((prefix) => known.has(prefix));
      return listed === undefined ? undefined : known.get(listed)?.has(key);
    },
  };
}

/**
 * New content first, in parallel, what is obsolete last: a reader finds too much for a moment, never too little. It
 * is no transaction; a repeat completes what a broken batch left.
 */
export async function writeBatch(
  objects: BucketObjects,
  listing: BucketListing,
  root: string,
  staged: StagedEdits,
): Promise<BucketBatch> {
  const altered = new Set<string>();
  const versions = new Map<string, StoredObject>();

  async function put(path: string, file: StoreFile): Promise<void> {
    const key = joinStorePath(root, path);
    const content = await file.content();
    const before = listing.isThere(key) === false ? undefined : await objects.stored(key);
    if (before !== undefined && holds(before, file, content)) {
      versions.set(path, before);
      return;
    }
    versions.set(path, await objects.put(key, file, content));
    altered.add(path);
  }

  async function remove(paths: readonly string[]): Promise<void> {
    const there = await pathsThere(objects, listing, root, paths);
    if (there.length === 0) return;
    await objects.remove(there.map((path) => joinStorePath(root, path)));
    for (const path of there) altered.add(path);
  }

  const first = blockingRemoves(staged);
  await remove([...first]);
  await inParallel(staged.puts, atOnce, ([path, file]) => put(path, file));
  await remove([...staged.removes].filter((path) => !first.has(path)));
  return { altered, revision: revisionOf(versions, staged.removes) };
}

/** The revision of a batch that finds everything as it wants it; undefined when there is something left to do. */
export async function heldRevision(
  objects: BucketObjects,
  listing: BucketListing,
  root: string,
  staged: StagedEdits,
): Promise<string | undefined> {
  if ((await pathsThere(objects, listing, root, staged.removes)).length > 0) return undefined;
  const versions = new Map<string, StoredObject>();
  await inParallel(staged.puts, atOnce, async ([path, file]) => {
    const key = joinStorePath(root, path);
    const stored = listing.isThere(key) === false ? undefined : await objects.stored(key);
    if (stored !== undefined && holds(stored, file, await file.content())) versions.set(path, stored);
  });
  return versions.size === staged.puts.size ? revisionOf(versions, staged.removes) : undefined;
}

async function pathsThere(
  objects: BucketObjects,
  listing: BucketListing,
  root: string,
  paths: Iterable<string>,
): Promise<readonly string[]> {
  const there: string[] = [];
  await inParallel(paths, atOnce, async (path) => {
    const key = joinStorePath(root, path);
    if (listing.isThere(key) ?? (await objects.stored(key)) !== undefined) there.push(path);
  });
  return there;
}

/** Kratix's chain of version ids (reference, section 6.3), by path, so that a repeat arrives at the same name. */
function revisionOf(versions: ReadonlyMap<string, StoredObject>, removes: ReadonlySet<string>): string {
  const puts = [...versions].map(([path, stored]) => `${path} ${stored.versionId ?? stored.etag}`);
  const all = [...puts, ...[...removes].map((path) => `${path} removed`)].sort();
  return all.reduce((previous, entry) => sha256(previous + entry), '') || emptyRevision;
}

function* parentPrefixes(key: string): Generator<string> {
  yield '';
  for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) yield key.slice(0, slash + 1);
}
