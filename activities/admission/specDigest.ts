import { createHash } from 'node:crypto';

/** Tells whether two documents want the same: labels and annotations alone repeat no pipeline (reference, section 2.10). */
export function specDigest(spec: unknown): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
}
