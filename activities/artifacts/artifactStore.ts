import { createHash, randomUUID } from 'node:crypto';
import { chmod, constants, copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, reason } from '../../src/domain/failure.js';
import { errorCode } from '../stores/errorCode.js';
import { blobPath, digestOf, expectDigest, short } from './artifactDigest.js';

/** Content-addressed blobs: documents, stage outputs and logs, by SHA-256 in hexadecimal. What is stored never changes. */
export interface ArtifactStore {
  put(content: Buffer | string): Promise<string>;
  /** Stores a file by its content, without reading it into memory. */
  putFile(path: string): Promise<{ readonly digest: string; readonly size: number }>;
  get(digest: string): Promise<Buffer>;
  /** Writes a copy that the caller may change. */
  copyTo(digest: string, path: string): Promise<void>;
}

/** Blobs as files `<root>/ab/cdef…`; workers on several machines share them by sharing the directory. */
export function directoryArtifacts(root: string): ArtifactStore {
  const pathOf = (digest: string) => join(root, blobPath(digest));

  async function keep(digest: string, size: number, fill: (temporary: string) => Promise<void>): Promise<void> {
    const path = pathOf(digest);
    // One of another size is what a power failure left of it.
    if ((await sizeOf(path)) === size) return;
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    try {
      await fill(temporary);
      // A rename makes the blob appear whole, once its content is sure to be on the disk.
      await flush(temporary);
      await rename(temporary, path);
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw thrown;
    }
  }

  return {
    async put(content) {
      const digest = digestOf(content);
      await keep(digest, Buffer.byteLength(content), (temporary) => writeFile(temporary, content, { mode: 0o600 }));
      return digest;
    },
    async putFile(path) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const digest = hash.digest('hex');
      const { size } = await stat(path);
      await keep(digest, size, async (temporary) => {
        await copyFile(path, temporary, constants.COPYFILE_FICLONE);
        await chmod(temporary, 0o600);
      });
      return { digest, size };
    },
    async get(digest) {
      const content = await readFile(pathOf(digest)).catch((error: unknown) => unreadable(digest, root, error));
      expectDigest(digest, createHash('sha256').update(content), root);
      return content;
    },
    async copyTo(digest, path) {
      await copyFile(pathOf(digest), path, constants.COPYFILE_FICLONE).catch((error: unknown) =>
        unreadable(digest, root, error),
      );
    },
  };
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function unreadable(digest: string, root: string, cause: unknown): never {
  if (errorCode(cause) === 'ENOENT') {
    const message = `artifact ${short(digest)} is not in ${root}: all workers must share one artifact directory`;
    throw new Failure('ArtifactMissing', message, true, { cause });
  }
  // A disk or a share that does not answer now.
  throw new Failure('ArtifactsUnavailable', `artifact ${short(digest)}: ${reason(cause)}`, true, { cause });
}

export async function putJson(artifacts: ArtifactStore, value: unknown): Promise<string> {
  return artifacts.put(JSON.stringify(value));
}

/** The digest under which a value would be stored. */
export function jsonDigest(value: unknown): string {
  return digestOf(JSON.stringify(value));
}

export async function getJson(artifacts: ArtifactStore, digest: string): Promise<unknown> {
  return JSON.parse((await artifacts.get(digest)).toString('utf8'));
}
