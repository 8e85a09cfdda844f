import { toRecord } from './toRecord.js';

type Status = Readonly<Record<string, unknown>>;

/** Lays what pipelines wrote over a status: objects deeply, as documented, conditions by type (reference, section 2.9). */
export function mergedStatus(before: Status, written: Status): Record<string, unknown> {
  return { ...deepMerge(before, written), ...mergedConditions(before, written) };
}

function deepMerge(before: Status, after: Status): Record<string, unknown> {
  const merged = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const [known, fresh] = [toRecord(before[key]), toRecord(value)];
    merged[key] = known !== undefined && fresh !== undefined ? deepMerge(known, fresh) : value;
  }
  return merged;
}

function mergedConditions(before: Status, after: Status) {
  const typeOf = (condition: unknown) => toRecord(condition)?.['type'];
  const known = asList(before['conditions']);
  const fresh = asList(after['conditions']);
  const types = new Set(fresh.map(typeOf));
  const conditions = [...known.filter((condition) => !types.has(typeOf(condition))), ...fresh];
  return conditions.length === 0 ? {} : { conditions };
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
