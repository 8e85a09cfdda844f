import { isDeepStrictEqual } from 'node:util';
import { toRecord } from '../../../src/documents/toRecord.js';
import { ownedConditions, ownedStatus } from './ownedStatus.js';

/** A condition as an API server keeps it. */
export interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export type NewCondition = Omit<ObjectCondition, 'lastTransitionTime'> & { readonly lastTransitionTime?: string };

export function conditionsOf(status: unknown): readonly ObjectCondition[] {
  const conditions = toRecord(status)?.['conditions'];
  return Array.isArray(conditions) ? (conditions as ObjectCondition[]) : [];
}

export function conditionOf(status: unknown, type: string): ObjectCondition | undefined {
  return conditionsOf(status).find((condition) => condition.type === type);
}

/** Sorted by type with `Ready` first; the time moves only when the status flips (reference, section 1). */
export function timed(wanted: readonly NewCondition[], before: unknown, now: string): ObjectCondition[] {
  const conditions = wanted.map(({ type, status, reason, message, lastTransitionTime }) => {
    const known = conditionOf(before, type);
    const since = known?.status === status ? known.lastTransitionTime : (lastTransitionTime ?? now);
    return { type, status, reason, message: message.slice(0, longestMessage), lastTransitionTime: wholeSeconds(since) };
  });
  return conditions.toSorted((a, b) => rank(a.type).localeCompare(rank(b.type), 'en'));
}

/** The CRDs' own limit for a condition's message. */
const longestMessage = 32_768;

function rank(type: string): string {
  return type === 'Ready' ? '' : type;
}

/** Kubernetes keeps whole seconds in metav1.Time; fractions would only look like changes. */
export function wholeSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}

/** Is everything that we want there already, and nothing of ours that we do not want any more? */
export function isShown(wanted: Readonly<Record<string, unknown>>, object: unknown): boolean {
  const status = toRecord(toRecord(object)?.['status']) ?? {};
  const owned = ownedStatus(object);
  const { conditions: _byType, ...fields } = wanted;
  return (
    Object.entries(fields).every(([key, value]) => contains(status[key], value)) &&
    owned.every((field) => wanted[field] !== undefined) &&
    conditionsOf(wanted).every((condition) => contains(conditionOf(status, condition.type), condition)) &&
    ownedConditions(object).every((type) => conditionOf(wanted, type) !== undefined)
  );
}

/** Lists have to be equal, maps may have more: another writer's fields. */
function contains(found: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  const record = toRecord(wanted);
  if (record === undefined) return isDeepStrictEqual(found, wanted);
  const known = toRecord(found);
  return known !== undefined && Object.entries(record).every(([key, value]) => contains(known[key], value));
}

/** Those conditions that others say nothing of. */
export function unless<T extends { readonly type: string }>(conditions: readonly T[], others: unknown): T[] {
  return conditions.filter(({ type }) => !asConditions(others).some((other) => other.type === type));
}

/** The last one of each type. */
export function asConditions(value: unknown): NewCondition[] {
  const known = conditionsOf({ conditions: value }).filter(({ type }) => typeof type === 'string');
  return [...new Map(known.map((condition) => [condition.type, condition])).values()].map((condition) => ({
    ...condition,
    message: condition.message ?? '',
    reason: condition.reason ?? 'Unknown',
  }));
}
