import { toRecord } from '../../../src/documents/toRecord.js';
import { fieldManager } from './clusterWrites.js';

type Tree = Readonly<Record<string, unknown>>;

/**
 * Does every field that we applied still belong to us? Whoever else sets one to something different, or takes it away,
 * becomes its owner (server-side apply), so nothing has to be compared with what the API server made of it: defaults,
 * pruned fields, a list's order. What others add beside ours is theirs to keep.
 */
export function isOurs(object: unknown, wanted: { readonly metadata: unknown; readonly spec: unknown }): boolean {
  const metadata = toRecord(wanted.metadata);
  const { labels, annotations } = metadata ?? {};
  return owns(appliedFields(object), { metadata: { labels, annotations }, spec: wanted.spec });
}

/** The fields of the status, or of everything but the status, as `managedFields` has them under our name. */
export function appliedFields(object: unknown, subresource?: 'status'): Tree {
  const entries = toRecord(toRecord(object)?.['metadata'])?.['managedFields'];
  const ours = (Array.isArray(entries) ? entries : [])
    .map(toRecord)
    .find((entry) => isApplied(entry) && entry?.['subresource'] === subresource);
  return toRecord(ours?.['fieldsV1']) ?? {};
}

export function isApplied(entry: Tree | undefined): boolean {
  return entry?.['manager'] === fieldManager && entry['operation'] === 'Apply';
}

function owns(fields: Tree, wanted: Tree): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    if (value === undefined) return true;
    const field = toRecord(fields[`f:${key}`]);
    const record = toRecord(value);
    if (field === undefined) return record !== undefined && hasNothing(record);
    // A list, or a map that is one value to the API server, is owned as a whole.
    return record === undefined || Object.keys(field).length === 0 || owns(field, record);
  });
}

function hasNothing(record: Tree): boolean {
  return Object.values(record).every((value) => {
    const inner = toRecord(value);
    return value === undefined || (inner !== undefined && hasNothing(inner));
  });
}
