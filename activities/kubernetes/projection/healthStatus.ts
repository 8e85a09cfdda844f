import { toRecord } from '../../../src/documents/toRecord.js';
import type { ClusterObject } from './clusterObject.js';
import { isDeleting, keyOf } from './clusterObject.js';

/** The request that a HealthRecord is about: names of requests come back under other Promises (10.1, B7). */
export interface HealthTarget {
  readonly promise: string;
  readonly namespace: string;
  readonly name: string;
}

export interface HealthStatus {
  readonly state: string;
  readonly healthRecords: readonly Readonly<Record<string, unknown>>[];
}

/** From the worst on (reference, section 7.1). */
const states = ['unhealthy', 'degraded', 'unknown', 'healthy', 'ready'];

/** Undefined for a record that names no request. */
export function healthTarget(record: ClusterObject): HealthTarget | undefined {
  const { promiseRef, resourceRef } = dataOf(record);
  const promise = toRecord(promiseRef)?.['name'];
  const { name, namespace } = toRecord(resourceRef) ?? {};
  if (typeof promise !== 'string' || typeof name !== 'string' || typeof namespace !== 'string') return undefined;
  return { promise, name, namespace };
}

/** `status.healthStatus` of a request from all records about it, the worst counting; undefined when there is none. */
export function healthStatus(target: HealthTarget, records: readonly ClusterObject[]): HealthStatus | undefined {
  const about = records
    .filter((record) => !isDeleting(record) && isAbout(record, target))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const ranks = about.map((record) => states.indexOf(stateOf(record)));
  const state = states[Math.min(...ranks)];
  if (state === undefined) return undefined;
  return { state, healthRecords: about.map(entryOf) };
}

/** Whether a request shows this record, whatever the record says now. */
export function showsRecord({ status }: ClusterObject, record: string): boolean {
  const entries = toRecord(status?.['healthStatus'])?.['healthRecords'];
  return (Array.isArray(entries) ? entries : []).some((entry) => {
    const { namespace, name } = toRecord(toRecord(entry)?.['source']) ?? {};
    return `${String(namespace)}/${String(name)}` === record;
  });
}

function isAbout(record: ClusterObject, target: HealthTarget): boolean {
  const of = healthTarget(record);
  return of?.promise === target.promise && of.namespace === target.namespace && of.name === target.name;
}

function entryOf(record: ClusterObject): Readonly<Record<string, unknown>> {
  const { lastRun, details } = dataOf(record);
  const { name, namespace } = record.metadata;
  return {
    state: stateOf(record),
    ...(lastRun !== undefined && { lastRun }),
    source: { name, namespace },
    ...(details !== undefined && { details }),
  };
}

function stateOf(record: ClusterObject): string {
  const { state } = dataOf(record);
  return typeof state === 'string' && states.includes(state) ? state : 'unknown';
}

/** HealthRecords have neither spec nor status; what they say is in `data`. */
function dataOf(record: ClusterObject): Readonly<Record<string, unknown>> {
  return toRecord(toRecord(record)?.['data']) ?? {};
}
