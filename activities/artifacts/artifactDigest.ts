import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { Failure } from '../../src/domain/failure.js';

const form = /^[0-9a-f]{64}$/;

/** Whether it is a SHA-256 in hexadecimal, and so nothing that could lead out of a store. */
export function isDigest(text: string): boolean {
  return form.test(text);
}

/** Where in a store the blob of this digest is; digests come from outside, too, and anything else is refused. */
export function blobPath(digest: string): string {
  if (isDigest(digest)) return `${digest.slice(0, 2)}/${digest.slice(2)}`;
  const message = `expected the digest of an artifact, 64 of 0-9 and a-f, found ${JSON.stringify(short(digest))}`;
  throw new Failure('DigestInvalid', message, false);
}

/** Whether such a place is a blob's, and not what somebody else keeps beside them. */
export function isBlobPath(path: string): boolean {
  return path[2] === '/' && isDigest(path.replace('/', ''));
}

export function digestOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What is read is compared with its digest: whoever may write to the store cannot change a document. */
export function expectDigest(digest: string, hash: Hash, store: string): void {
  if (hash.digest('hex') === digest) return;
  throw new Failure('ArtifactDamaged', `artifact ${short(digest)} in ${store} has another content`, false);
}

export function short(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}
