import { toRecord } from '../../src/documents/toRecord.js';
import { md5 } from './objectName.js';

/**
 * The label kratix.io/hash: of the Promise's spec and, for a Resource, of its own too; metadata and status do not
 * count (reference, section 2.10).
 */
export function specHash(promiseSpec: unknown, resourceSpec: unknown): string {
  const promise = md5(sortedJson(promiseSpec));
  return resourceSpec === undefined ? promise : md5(`${promise}-${md5(sortedJson(resourceSpec))}`);
}

/** The order in which somebody wrote the keys is no change. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    const record = toRecord(part);
    if (record === undefined) return part;
    return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
