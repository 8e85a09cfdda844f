import { createHash, randomUUID } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure, reason } from '../../src/domain/failure.js';
import { errorCode } from '../stores/errorCode.js';
import { blobPath, digestOf, expectDigest, isBlobPath, short } from './artifactDigest.js';
import type { SweptArtifacts } from './artifactStore.js';

/** Blobs as files `<root>/ab/cdef…`; workers on several machines share them by sharing the directory. */
export function directoryArtifacts(root: string): SweptArtifacts {
  const pathOf = (digest: string) => join(root, blobPath(digest));

  async function keep(digest: string, size: number, fill: (temporary: string) => Promise<void>): Promise<void> {
    const path = pathOf(digest);
    // One of another size is what a power failure left of it; one that is removed now, or another user's, is stored anew.
    if ((await sizeOf(path)) === size && (await touch(path).catch(() => false))) return;
    const temporary = `${path}.${randomUUID()}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await fill(temporary);
      // A rename makes the blob appear whole, once its content is sure to be on the disk.
      await flush(temporary);
      await rename(temporary, path);
    } catch (thrown) {
      // What matters is why it could not be written; the sweep removes what is left of it.
      await rm(temporary, { force: true }).catch(() => undefined);
      throw unavailable(digest, thrown);
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
    async *blobs() {
      for (const folder of await readdir(root).catch(unless('ENOENT', [])))
        for (const name of await readdir(join(root, folder)).catch(unless('ENOTDIR', []))) {
          const key = `${folder}/${name}`;
          // Also what a worker that was killed has left of one.
          if (!isBlobPath(key.replace(temporaryEnd, ''))) continue;
          const found = await stat(join(root, key)).catch(unless('ENOENT', undefined));
          if (found?.isFile() === true) yield { key, size: found.size, usedAt: found.mtimeMs };
        }
    },
    async begin(digest, bytes) {
      const file = await open(pathOf(digest), 'r').catch(unless('ENOENT', undefined));
      if (file === undefined) return Buffer.alloc(0);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    noteUse: (digest) => touch(pathOf(digest)),
    async remove({ key, usedAt }) {
      const path = join(root, key);
      // Out of the way first: whoever stores it from now on finds nothing and stores it anew.
      const aside = `${path.replace(temporaryEnd, '')}.${randomUUID()}`;
      const isAside = await rename(path, aside).then(() => true, unless('ENOENT', false));
      if (!isAside) return false;
      const isNeeded = (await stat(aside)).mtimeMs > usedAt;
      await (isNeeded ? rename(aside, path) : rm(aside));
      return !isNeeded;
    },
  };
}

/** Of what is not, or no longer, a blob. */
const temporaryEnd = /\.[0-9a-f-]{36}$/;

/** False when it is not there. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(() => true, unless('ENOENT', false));
}

function unless<T>(code: string, instead: T): (thrown: unknown) => T {
  return (thrown) => {
    if (errorCode(thrown) !== code) throw thrown;
    return instead;
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
  throw unavailable(digest, cause);
}

/** A disk or a share that does not answer now, or is full. */
function unavailable(digest: string, cause: unknown): Failure {
  return new Failure('ArtifactsUnavailable', `artifact ${short(digest)}: ${reason(cause)}`, true, { cause });
}
