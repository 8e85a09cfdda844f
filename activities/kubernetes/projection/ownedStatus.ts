import { toRecord } from '../../../src/documents/toRecord.js';
import { appliedFields } from './ownFields.js';

/** Names of the status fields that the API server notes as applied by us. */
export function ownedStatus(object: unknown): string[] {
  return Object.keys(statusFields(object))
    .filter((key) => key.startsWith('f:'))
    .map((key) => key.slice(2));
}

/** Types of the conditions that are ours; the API server keeps them as a map by type: `k:{"type":"Ready"}`. */
export function ownedConditions(object: unknown): string[] {
  return Object.keys(toRecord(statusFields(object)['f:conditions']) ?? {})
    .filter((key) => key.startsWith('k:'))
    .map((key) => String(toRecord(JSON.parse(key.slice(2)))?.['type']));
}

function statusFields(object: unknown): Readonly<Record<string, unknown>> {
  return toRecord(appliedFields(object, 'status')['f:status']) ?? {};
}
