import { sha256 } from '../memoryFile.js';
import { emptyRevision } from '../storeWriter.js';
import type { BucketObjects } from './bucketObjects.js';

/** From a listing alone, 1,000 objects an answer: the keys below the store's path and their ETags. */
export async function bucketFingerprint(objects: BucketObjects, root: string): Promise<string> {
  const listed = await objects.list(root === '' ? '' : `${root}/`);
  const lines = listed.map(({ key, etag }) => `${key} ${etag}`);
  return lines.length === 0 ? emptyRevision : sha256(lines.sort().join('\n'));
}
