import { expect, test } from '@jest/globals';
import type { EntityStatus } from '../../../src/domain/entity.js';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import { promiseStatus, requestStatus } from '../../../activities/kubernetes/projection/ownerStatus.js';
import { pipelineEntries } from '../../../activities/kubernetes/projection/pipelineEntries.js';
import { isShown } from '../../../activities/kubernetes/projection/statusConditions.js';
import { statusEvents } from '../../../activities/kubernetes/projection/statusEvents.js';

const now = '2026-01-01T00:00:00.123Z';
const object: ClusterObject = { metadata: { name: 'example', uid: 'u', generation: 3 } };
const status: EntityStatus = {
  ...{ apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'default', name: 'example', version: 'v1' },
  ...{ phase: 'Ready', message: 'written to a', generation: 1, observedGeneration: 1, document: 'd' },
  ...{ works: [], runs: [], pipelines: [], uid: 'u', createdAt: now, deleting: false, paused: false },
  conditions: [
    { type: 'WorksSucceeded', status: 'True', reason: 'WorksSucceeded', message: 'All', lastTransitionTime: now },
    { type: 'Reconciled', status: 'True', reason: 'Reconciled', message: 'Reconciled', lastTransitionTime: now },
  ],
};

test('conditions are sorted with Ready first, and keep their time until they flip', () => {
  const details = { conditions: [{ type: 'Ready', status: 'True' }], url: 'http://example' };
  const before = requestStatus({ object, status, document: 'd', details, now });
  expect(before['conditions']).toMatchObject([
    { type: 'Ready', lastTransitionTime: '2026-01-01T00:00:00Z' },
    { type: 'Reconciled' },
    { type: 'WorksSucceeded' },
  ]);
  const later = requestStatus({
    object: { ...object, status: before },
    status: { ...status, conditions: status.conditions.map((each) => ({ ...each, lastTransitionTime: 'x' })) },
    document: 'd',
    details,
    now: '2027-01-01T00:00:00Z',
  });
  expect(later).toEqual(before);
});

test("pipelines' status is laid over ours, but not over kratix", () => {
  const details = { message: 'at work', url: 'http://example', kratix: 'mine' };
  const shown = requestStatus({ object, status, document: 'd', details, now });
  expect(shown).toMatchObject({ message: 'at work', url: 'http://example', kratix: { workflows: { pipelines: [] } } });
});

test('the generation counts as observed when its own document was configured', () => {
  expect(requestStatus({ object, status, document: 'd', now })['observedGeneration']).toBe(3);
  expect(requestStatus({ object, status, document: 'newer', now })['observedGeneration']).toBeUndefined();
});

test('a refused document shows why, whatever is known from before', () => {
  const shown = requestStatus({ object, status, refusal: 'spec.size: expected a number', now });
  expect(shown['message']).toBe('spec.size: expected a number');
  expect(shown['conditions']).toMatchObject([
    { type: 'Accepted', status: 'False', reason: 'DocumentRefused', message: 'spec.size: expected a number' },
    { type: 'Reconciled', status: 'False' },
    { type: 'WorksSucceeded' },
  ]);
});

test('a Promise that was never installed is Unavailable', () => {
  const shown = promiseStatus({ object, status: { ...status, phase: 'Running', conditions: [] }, now });
  expect(shown).toMatchObject({ status: 'Unavailable', version: 'v1', kratix: { status: 'Unavailable' } });
});

test('nothing is written that is there, and what is not wanted any more is taken back', () => {
  const managedFields = [
    { manager: 'fulfil', subresource: 'status', fieldsV1: { 'f:status': { 'f:message': {}, 'f:url': {} } } },
  ];
  const shown = { metadata: { managedFields }, status: { message: 'a', url: 'b', healthStatus: { state: 'healthy' } } };
  expect(isShown({ message: 'a', url: 'b' }, shown)).toBe(true);
  expect(isShown({ message: 'a' }, shown)).toBe(false);
  expect(isShown({ message: 'c', url: 'b' }, shown)).toBe(false);
});

test('events tell of changes only', () => {
  const after = requestStatus({ object, status, document: 'd', now });
  expect(statusEvents('resource', {}, after).map(({ reason }) => reason)).toEqual([
    'ReconcileSucceeded',
    'WorksSucceeded',
  ]);
  expect(statusEvents('resource', after, after)).toEqual([]);
});

test("a pipeline's time moves when its phase does, and only then", () => {
  const pipelines = [{ name: 'first', timeoutSeconds: 60, stages: [{ name: 'write', image: 'busybox' }] }];
  const run = { id: 'r', number: 1, action: 'configure', generation: 1, promiseGeneration: 1, startedAt: now } as const;
  const record = { pipeline: 'first', stage: 'write', image: 'busybox' };
  const during = (outcome: 'Running' | 'Succeeded'): EntityStatus => ({
    ...status,
    pipelines,
    runs: [{ ...run, outcome, message: '', stages: [{ ...record, outcome }] }],
  });
  const show = (at: string, is: EntityStatus, before: Readonly<Record<string, unknown>> = {}) =>
    requestStatus({ object: { ...object, status: before }, status: is, document: 'd', now: at });
  const entry = (shown: Readonly<Record<string, unknown>>) => pipelineEntries(shown)[0];
  const begun = show('2026-01-01T00:00:00.5Z', during('Running'));
  expect(entry(begun)).toMatchObject({ phase: 'Running', lastTransitionTime: '2026-01-01T00:00:00Z' });
  expect(show('2026-01-01T00:00:09Z', during('Running'), begun)).toEqual(begun);
  const ended = show('2026-01-01T00:00:09Z', during('Succeeded'), begun);
  expect(entry(ended)).toMatchObject({ phase: 'Succeeded', lastTransitionTime: '2026-01-01T00:00:09Z' });
});
