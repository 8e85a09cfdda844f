import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Client } from 'minio';
import type { StoreFile } from '../storeWriter.js';
import { unlessMissing } from './bucketFailure.js';

export interface StoredObject {
  readonly etag: string;
  readonly size: number;
  /** In a bucket that keeps versions. */
  readonly versionId: string | undefined;
  readonly digest: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
}

interface ListedItem {
  readonly name?: string;
  readonly etag?: string;
}

// Metadata that tells the content where the ETag does not: encrypted objects, and those uploaded in parts.
const digestKey = 'fulfil-sha256';

/** The calls on one bucket; a missing object is undefined, everything else throws what minio's client throws. */
export function bucketObjects(client: Client, bucket: string) {
  return {
    async read(key: string): Promise<Buffer | undefined> {
      return unlessMissing(async () => buffer(await client.getObject(bucket, key)));
    },

    async list(prefix: string): Promise<readonly ListedObject[]> {
      const found: ListedObject[] = [];
      for await (const { name, etag } of client.listObjectsV2(bucket, prefix, true) as AsyncIterable<ListedItem>) {
        // Consoles make directories visible with objects whose name ends with a slash; they are nobody's document.
        if (name !== undefined && !name.endsWith('/')) found.push({ key: name, etag: etag ?? '' });
      }
      return found;
    },

    async stored(key: string): Promise<StoredObject | undefined> {
      return unlessMissing(async () => {
        const { etag, versionId, metaData, size } = await client.statObject(bucket, key);
        const digest: unknown = metaData[digestKey];
        return {
          etag,
          size,
          versionId: versionId ?? undefined,
          digest: typeof digest === 'string' ? digest : undefined,
        };
      });
    },

    async put(key: string, file: StoreFile, content: Buffer): Promise<StoredObject> {
      const { etag, versionId } = await client.putObject(bucket, key, content, content.length, {
        [digestKey]: file.digest,
      });
      return { etag, size: content.length, versionId: versionId ?? undefined, digest: file.digest };
    },

    async remove(keys: readonly string[]): Promise<void> {
      const problems = await client.removeObjects(bucket, [...keys]);
      const problem = problems.find((candidate) => candidate?.Error !== undefined)?.Error;
      if (problem === undefined) return;
      const why = `${problem.Key ?? 'an object'} cannot be removed: ${problem.Message ?? ''}`;
      throw Object.assign(new Error(why), { code: problem.Code ?? '' });
    },

    /** Starts an upload and gives it up: proves the permission to write, and leaves nothing. */
    async tryUpload(key: string): Promise<void> {
      const upload = await client.initiateNewMultipartUpload(bucket, key, {});
      await client.abortMultipartUpload(bucket, key, upload);
    },
  };
}

export type BucketObjects = ReturnType<typeof bucketObjects>;

/** Kratix's test (ETag is the MD5), and ours for stores where the ETag is something else. */
export function holds(stored: StoredObject, file: StoreFile, content: Buffer): boolean {
  if (stored.size !== content.length) return false;
  if (stored.digest === file.digest) return true;
  return stored.etag === createHash('md5').update(content).digest('hex');
}
