import type { BucketStateStore } from '../../../src/domain/stateStore.js';
import { joinStorePath } from '../../../src/domain/storePath.js';
import type { SecretSource } from '../../secrets/secretSource.js';
import { noProposals } from '../noProposals.js';
import { alteredEach, stageEdits } from '../stagedEdits.js';
import { storeUnavailable } from '../storeFailure.js';
import type { StoreWriter } from '../storeWriter.js';
import { heldRevision, preparedListing, writeBatch } from './bucketBatch.js';
import type { BucketConnection } from './bucketConnection.js';
import { bucketEndpoint, connectBucket } from './bucketConnection.js';
import { explainBucket } from './bucketFailure.js';
import { bucketFingerprint } from './bucketFingerprint.js';
import type { BucketObjects } from './bucketObjects.js';
import { bucketObjects } from './bucketObjects.js';

export interface BucketStoreDependencies {
  readonly secrets: SecretSource;
  readonly limits?: BucketLimits;
}

export interface BucketLimits {
  readonly silenceMs: number;
  readonly totalMs: number;
}

const bucketLimits: BucketLimits = {
  // A bucket answers in milliseconds; a MinIO that heals its disks needs some seconds.
  silenceMs: 30_000,
  // 500 changes of some files each at 100 puts a second, the slowest store we measured, with a margin of four.
  totalMs: 120_000,
};

/** S3 and everything that speaks it, through minio's client (reference, section 6.3). */
export function bucketStore(store: BucketStateStore, deps: BucketStoreDependencies): StoreWriter {
  const limits = deps.limits ?? bucketLimits;
  const root = joinStorePath(store.path);
  let region: string | undefined;

  async function connect(signal: AbortSignal): Promise<BucketConnection> {
    const use = { signal, silenceMs: limits.silenceMs };
    const first = await connectBucket(store, deps.secrets, region === undefined ? use : { ...use, region });
    if (region !== undefined || !store.useDualStack) return first;
    // The host of dual stack has the region in its name, which only the bucket knows.
    region = await first.client.getBucketRegionAsync(store.bucketName);
    first.close();
    return connectBucket(store, deps.secrets, { ...use, region });
  }

  async function use<Result>(
    signal: AbortSignal,
    action: (objects: BucketObjects) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    bucketEndpoint(store);
    const within = AbortSignal.any([signal, AbortSignal.timeout(limits.totalMs)]);
    let connection: BucketConnection | undefined;
    try {
      return await before(within, async () => {
        connection = await connect(within);
        const result = await action(bucketObjects(connection.client, store.bucketName));
        region ??= await connection.client.getBucketRegionAsync(store.bucketName);
        return result;
      });
    } catch (thrown) {
      signal.throwIfAborted();
      // A bucket may have been made anew elsewhere.
      region = undefined;
      if (within.aborted) throw storeUnavailable(store, `no end after ${Math.round(limits.totalMs / 1000)} s`);
      throw explainBucket(store, thrown, connection?.secrets ?? []);
    } finally {
      connection?.close();
    }
  }

  return {
    apply: (changes, signal) =>
      use(signal, async (objects) => {
        const listing = await preparedListing(objects, root, changes);
        const staged = await stageEdits(listing.view, changes);
        const { altered, revision } = await writeBatch(objects, listing, root, staged);
        return { revision, changed: altered.size > 0, each: alteredEach(staged, altered) };
      }),
    holds: (changes, signal) =>
      use(signal, async (objects) => {
        const listing = await preparedListing(objects, root, changes);
        return heldRevision(objects, listing, root, await stageEdits(listing.view, changes));
      }),
    fingerprint: (signal) => use(signal, (objects) => bucketFingerprint(objects, root)),
    // Telling it would take a listing after each write.
    lastWritten: () => undefined,
    ...noProposals(store),
    probe: (signal) =>
      use(signal, (objects) => objects.tryUpload(joinStorePath(root, '.kratix-write-permission-check'))),
  };
}

/** Ends with the signal, also where the client waits for something that knows none, such as IAM's metadata service. */
async function before<Result>(signal: AbortSignal, action: () => Promise<Result>): Promise<Result> {
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([action(), aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
