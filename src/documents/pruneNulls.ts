import type { Schema } from './structuralSchema.js';
import { toRecord } from './toRecord.js';

/**
 * Leaves out fields that are null where the schema has them and does not call them nullable: Kubernetes drops these
 * before it fills in defaults and validates.
 */
export function pruneNulls(value: unknown, openApi: Schema): unknown {
  if (Array.isArray(value)) {
    const items = toRecord(openApi['items']);
    return items === undefined ? value : value.map((item) => pruneNulls(item, items));
  }
  const record = toRecord(value);
  if (record === undefined) return value;
  const properties = toRecord(openApi['properties']) ?? {};
  const additional = toRecord(openApi['additionalProperties']);
  const entries = Object.entries(record).flatMap(([key, child]): [string, unknown][] => {
    const schema = Object.hasOwn(properties, key) ? toRecord(properties[key]) : additional;
    if (schema === undefined) return [[key, child]];
    if (child === null && schema['nullable'] !== true) return [];
    return [[key, pruneNulls(child, schema)]];
  });
  return Object.fromEntries(entries);
}
