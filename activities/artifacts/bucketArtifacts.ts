import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { Client, CopyDestinationOptions, CopySourceOptions, IamAwsProvider } from 'minio';
import { Failure, reason } from '../../src/domain/failure.js';
import { errorCode } from '../stores/errorCode.js';
import { isMissingObject, unlessMissing } from '../stores/bucket/bucketFailure.js';
import { limitedRequest } from '../stores/bucket/bucketConnection.js';
import { blobPath, digestOf, expectDigest, isBlobPath, short } from './artifactDigest.js';
import type { SweptArtifacts } from './artifactStore.js';
import { keptMillis } from './artifactStore.js';

export interface BucketPlace {
  readonly host: string;
  readonly port?: number;
  readonly secure: boolean;
  readonly bucket: string;
  /** Before every key; empty, or with a slash at its end. */
  readonly prefix: string;
  /** Absent: the role of the machine or the pod. */
  readonly credentials?: { readonly accessKey: string; readonly secretKey: string };
}

/** A bucket answers in milliseconds; a MinIO that heals its disks needs some seconds. */
const silenceMs = 30_000;

/**
 * Blobs as objects `<prefix>ab/cdef…` of a bucket, for workers and controllers that share no disk. What was put lately is
 * not put again, and what is read is compared with its digest.
 */
export function bucketArtifacts(place: BucketPlace): SweptArtifacts {
  const client = connect(place);
  const { bucket, prefix } = place;
  const keyOf = (digest: string) => `${prefix}${blobPath(digest)}`;

  /** When it was last put; undefined when it is not there. */
  async function putAt(key: string): Promise<number | undefined> {
    return unlessMissing(async () => (await client.statObject(bucket, key)).lastModified.getTime());
  }

  async function keep(digest: string, put: (key: string) => Promise<unknown>): Promise<void> {
    await told(place, async () => {
      const key = keyOf(digest);
      if (isOld(await putAt(key))) await put(key);
    });
  }

  function open(digest: string): Promise<Readable> {
    return client.getObject(bucket, keyOf(digest)).catch((thrown: unknown) => {
      throw isMissingObject(thrown) ? missing(digest, place) : thrown;
    });
  }

  return {
    async put(content) {
      const bytes = Buffer.from(content);
      const digest = digestOf(bytes);
      await keep(digest, (key) => client.putObject(bucket, key, bytes, bytes.length));
      return digest;
    },
    async putFile(path) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const digest = hash.digest('hex');
      await keep(digest, (key) => client.fPutObject(bucket, key, path));
      return { digest, size: (await stat(path)).size };
    },
    get: (digest) =>
      told(place, async () => {
        const content = await buffer(await open(digest));
        expectDigest(digest, createHash('sha256').update(content), nameOf(place));
        return content;
      }),
    async copyTo(digest, path) {
      const hash = createHash('sha256');
      const hashing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      try {
        await told(place, async () => pipeline(await open(digest), hashing, createWriteStream(path)));
        expectDigest(digest, hash, nameOf(place));
      } catch (thrown) {
        await rm(path, { force: true });
        throw thrown;
      }
    },
    async *blobs() {
      const listed = client.listObjectsV2(bucket, prefix, true) as AsyncIterable<ListedObject>;
      for await (const { name, size, lastModified } of listed) {
        const key = name.slice(prefix.length);
        // A use is noted only when the last one is old: there may have been another until then.
        if (isBlobPath(key)) yield { key, size, usedAt: lastModified.getTime() + keptMillis / 2 };
      }
    },
    begin: (digest, bytes) =>
      told(place, async () => {
        try {
          const part = await buffer(await client.getPartialObject(bucket, keyOf(digest), 0, bytes));
          // Some servers know no parts and send everything.
          return part.subarray(0, bytes);
        } catch (thrown) {
          // Of an empty object nothing is a part.
          if (!isMissingObject(thrown) && errorCode(thrown) !== 'InvalidRange') throw thrown;
          return Buffer.alloc(0);
        }
      }),
    noteUse: (digest) =>
      told(place, async () => {
        const Object = keyOf(digest);
        const at = await putAt(Object);
        if (at === undefined || !isOld(at)) return at !== undefined;
        // A bucket knows only when an object was put: a copy of itself is put now.
        const source = new CopySourceOptions({ Bucket: bucket, Object });
        const MetadataDirective = 'REPLACE';
        await client.copyObject(source, new CopyDestinationOptions({ Bucket: bucket, Object, MetadataDirective }));
        return true;
      }),
    remove: ({ key, usedAt }) =>
      told(place, async () => {
        const name = `${prefix}${key}`;
        const at = await putAt(name);
        if (at === undefined || at > usedAt) return false;
        await client.removeObject(bucket, name);
        return true;
      }),
  };
}

interface ListedObject {
  readonly name: string;
  readonly size: number;
  readonly lastModified: Date;
}

/** What is put again while it is younger stays as it is: a bucket may keep every version, and asks money for each. */
function isOld(at: number | undefined): boolean {
  return at === undefined || Date.now() - at > keptMillis / 2;
}

/** Fails with one line when the bucket cannot be used as the settings say. */
export async function checkBucket(place: BucketPlace): Promise<void> {
  const exists = await told(place, () => connect(place).bucketExists(place.bucket));
  if (!exists) throw new Failure('ArtifactsUnavailable', `${nameOf(place)}: there is no such bucket`, true);
}

function connect({ host, port, secure, credentials }: BucketPlace): Client {
  const { Agent } = secure ? https : http;
  return new Client({
    endPoint: host,
    ...(port === undefined ? {} : { port }),
    useSSL: secure,
    ...(credentials ?? { credentialsProvider: new IamAwsProvider({}) }),
    transport: { request: limitedRequest(secure, { signal: new AbortController().signal, silenceMs }) },
    transportAgent: new Agent({ keepAlive: true }),
    // Whoever asks repeats it: an activity by its policy, the controller by its queue.
    retryOptions: { disableRetry: true },
  });
}

async function told<T>(place: BucketPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure('ArtifactsUnavailable', `${nameOf(place)}: ${reason(thrown)}`, true, { cause: thrown });
  }
}

function missing(digest: string, place: BucketPlace): Failure {
  const message = `artifact ${short(digest)} is not in ${nameOf(place)}: controllers and workers must share one`;
  return new Failure('ArtifactMissing', message, true);
}

function nameOf({ host, bucket }: BucketPlace): string {
  return `the artifact bucket ${bucket} at ${host}`;
}
