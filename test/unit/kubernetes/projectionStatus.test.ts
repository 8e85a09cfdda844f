import { expect, test } from '@jest/globals';
import type { EntityStatus } from '../../../src/domain/entity.js';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import { promiseStatus, requestStatus } from '../../../activities/kubernetes/projection/ownerStatus.js';
import { pipelineEntries } from '../../../activities/kubernetes/projection/pipelineEntries.js';
import { writtenStatus } from '../../../activities/kubernetes/projection/writtenStatus.js';
import { isShown } from '../../../activities/kubernetes/projection/statusConditions.js';
import { statusEvents } from '../../../activities/kubernetes/projection/statusEvents.js';

const now = '2026-01-01T00:00:00.123Z';
const object: ClusterObject = { metadata: { name: 'example', uid: 'u', generation: 3 } };
const status: EntityStatus = {
  ...{ apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'default', name: 'example', version: 'v1' },
  ...{ phase: 'Ready', message: 'written to a', generation: 1, observedGeneration: 1, document: 'd' },
  ...{ works: [], runs: [], pipelines: [], uid: 'u', createdAt: now, deleting: false, paused: false },
  conditions: [
    { type: 'ConfigureWorkflowCompleted', status: 'True', reason: 'Done', message: 'Done', lastTransitionTime: now },
    { type: 'WorksSucceeded', status: 'True', reason: 'WorksSucceeded', message: 'All', lastTransitionTime: now },
    { type: 'Reconciled', status: 'True', reason: 'Reconciled', message: 'Reconciled', lastTransitionTime: now },
  ],
};
const running: EntityStatus = {
  ...{ ...status, phase: 'Running' },
  conditions: [
    { type: 'ConfigureWorkflowCompleted', status: 'False', reason: 'At', message: 'At it', lastTransitionTime: now },
  ],
};
const source = { workflow: 'resource', deleting: false, paused: false } as const;

const applied = { manager: 'fulfil', operation: 'Apply', subresource: 'status' };

/** As the API server has it when we have applied a status, and others have written fields beside. */
function appliedObject(ours: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>> = {}) {
  const conditions = ours['conditions'] as { readonly type: string }[];
  const types = Object.fromEntries(conditions.map(({ type }) => [`k:${JSON.stringify({ type })}`, {}]));
  const fields = Object.fromEntries(Object.keys(ours).map((key) => [`f:${key}`, key === 'conditions' ? types : {}]));
  const managedFields = [{ ...applied, fieldsV1: { 'f:status': fields } }];
  return { metadata: { ...object.metadata, ...{ managedFields } }, status: { ...ours, ...theirs } };
}

test('conditions are sorted with Ready first, and keep their time until they flip', () => {
  const details = { conditions: [{ type: 'Ready', status: 'True' }], url: 'http://example' };
  const before = requestStatus({ object, status, document: 'd', details, now });
  expect(before['conditions']).toMatchObject([
    { type: 'Ready', lastTransitionTime: '2026-01-01T00:00:00Z' },
    { type: 'ConfigureWorkflowCompleted' },
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
  const said = { ...status, statusMessage: 'at w' };
  const shown = requestStatus({ object, status: said, document: 'd', details, now });
  expect(shown).toMatchObject({ message: 'at work', url: 'http://example', kratix: { workflows: { pipelines: [] } } });
});

test('what a pipeline once said is not what a later run says, and not why one failed', () => {
  const details = { message: 'deployed v1' };
  const shown = (is: EntityStatus) => requestStatus({ object, status: is, document: 'd', details, now })['message'];
  expect(shown(status)).toBe('Resource requested');
  expect(shown(running)).toBe('Pending');
  const deleting = { ...running, phase: 'Deleting', deleting: true, message: 'waits for the pipeline' } as const;
  expect(shown(deleting)).toBe('waits for the pipeline');
  expect(shown({ ...status, phase: 'Failed', message: 'exit code 1', statusMessage: 'deployed v1' })).toBe(
    'exit code 1',
  );
});

test('the last success keeps its time, and its generation, while the next run goes on', () => {
  const before = requestStatus({ object, status, document: 'd', now });
  const changed = { metadata: { ...object.metadata, generation: 4 }, status: before };
  const shown = requestStatus({ object: changed, status: running, document: 'd', now: '2027-01-01T00:00:00Z' });
  const since = '2026-01-01T00:00:00Z';
  expect(shown).toMatchObject({ observedGeneration: 3, lastSuccessfulConfigureWorkflowTime: since });
  expect(shown['kratix']).toMatchObject({ workflows: { lastSuccessfulConfigureWorkflowTime: since } });
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
    { type: 'ConfigureWorkflowCompleted' },
    { type: 'Reconciled', status: 'False' },
    { type: 'WorksSucceeded' },
  ]);
});

test('a document that is refused when the entity was lost takes nothing away of what pipelines did', () => {
  const before = requestStatus({ object, status, document: 'd', details: { url: 'http://example' }, now });
  const found = appliedObject(before, { healthStatus: { state: 'healthy' } });
  const refused = requestStatus({ object: found, refusal: 'spec.size: expected a number', now });
  expect(refused).toMatchObject({ url: 'http://example', workflows: 0, kratix: before['kratix'] });
  expect(refused['message']).toBe('spec.size: expected a number');
  expect(refused['conditions']).toMatchObject([
    { type: 'Accepted', status: 'False' },
    { type: 'ConfigureWorkflowCompleted', status: 'True' },
    { type: 'Reconciled', status: 'False' },
    { type: 'WorksSucceeded', status: 'True' },
  ]);
  expect(refused).not.toHaveProperty('healthStatus');
  expect(writtenStatus(appliedObject(refused))).toEqual({ url: 'http://example' });
  // Mended, and waiting: the refusal goes, the rest stays.
  const waits = requestStatus({ object: appliedObject(refused), waits: 'Promise p is not installed yet', now });
  expect(waits).toMatchObject({ url: 'http://example', message: 'Promise p is not installed yet' });
  expect((waits['conditions'] as { readonly type: string }[]).map(({ type }) => type)).toEqual([
    'ConfigureWorkflowCompleted',
    'WorksSucceeded',
  ]);
});

test('a Promise that is refused when its entity was lost is Unavailable, and keeps what its pipelines did', () => {
  const available = { type: 'Available', status: 'True', reason: 'PromiseAvailable', message: 'Ready' } as const;
  const conditions = [...status.conditions, { ...available, lastTransitionTime: now }];
  const before = promiseStatus({ object, status: { ...status, conditions }, document: 'd', now });
  expect(before).toMatchObject({ status: 'Available', kratix: { status: 'Available' } });
  const refused = promiseStatus({ object: appliedObject(before), refusal: 'spec.api: wrong', now });
  expect(refused).toMatchObject({
    status: 'Unavailable',
    kratix: { status: 'Unavailable' },
    message: 'spec.api: wrong',
  });
  expect(refused['conditions']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'Available', status: 'False' }),
      expect.objectContaining({ type: 'ConfigureWorkflowCompleted', status: 'True' }),
    ]),
  );
});

test('a Promise that was never installed is Unavailable', () => {
  const shown = promiseStatus({ object, status: { ...status, phase: 'Running', conditions: [] }, now });
  expect(shown).toMatchObject({ status: 'Unavailable', version: 'v1', kratix: { status: 'Unavailable' } });
});

test('a Promise without a version shows none, nor do those that need it; what is shown so is not written again', () => {
  const { version: _none, ...unversioned } = status;
  const requiredBy = [{ name: 'needy' }, { name: 'picky', version: 'v2', requiredVersion: 'v1' }];
  const wanted = promiseStatus({ object, status: { ...unversioned, requiredBy }, document: 'd', now });
  expect(wanted).not.toHaveProperty('version');
  expect(wanted['kratix']).not.toHaveProperty('version');
  const asJson = JSON.parse(JSON.stringify(wanted)) as typeof wanted;
  expect(asJson['requiredBy']).toEqual([
    { promise: { name: 'needy' } },
    { promise: { name: 'picky', version: 'v2' }, requiredVersion: 'v1' },
  ]);
  expect(isShown(wanted, appliedObject(asJson))).toBe(true);
});

test('nothing is written that is there, and what is not wanted any more is taken back', () => {
  const managedFields = [{ ...applied, fieldsV1: { 'f:status': { 'f:message': {}, 'f:url': {} } } }];
  const shown = { metadata: { managedFields }, status: { message: 'a', url: 'b', healthStatus: { state: 'healthy' } } };
  expect(isShown({ message: 'a', url: 'b' }, shown)).toBe(true);
  expect(isShown({ message: 'a' }, shown)).toBe(false);
  expect(isShown({ message: 'c', url: 'b' }, shown)).toBe(false);
});

test("another's condition may be beside ours, and one of ours that is not wanted any more is taken back", () => {
  const ours = requestStatus({ object, status, document: 'd', now });
  const types = ['ConfigureWorkflowCompleted', 'Reconciled', 'WorksSucceeded'];
  const owned = Object.fromEntries(types.map((type) => [`k:${JSON.stringify({ type })}`, {}]));
  const fieldsV1 = { 'f:status': { 'f:conditions': owned } };
  const theirs = { type: 'Audited', status: 'True', reason: 'Audited', message: 'Fine', lastTransitionTime: now };
  const conditions = ours['conditions'] as { readonly type: string }[];
  const shown = {
    metadata: { managedFields: [{ ...applied, fieldsV1 }] },
    status: { ...ours, conditions: [theirs, ...conditions] },
  };
  const without = (gone: string) => ({ ...ours, conditions: conditions.filter(({ type }) => type !== gone) });
  expect(isShown(ours, shown)).toBe(true);
  expect(isShown(without('WorksSucceeded'), shown)).toBe(false);
  expect(isShown(ours, { ...shown, status: without('Reconciled') })).toBe(false);
});

test('of two conditions of one type in status.yaml the last one counts', () => {
  const details = { conditions: ['False', 'True'].map((is) => ({ type: 'Done', status: is })) };
  const { conditions } = requestStatus({ object, status, document: 'd', details, now });
  expect(conditions).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'Done', status: 'True' })]));
  expect((conditions as { readonly type: string }[]).filter(({ type }) => type === 'Done')).toHaveLength(1);
});

test('events tell of changes only', () => {
  const after = requestStatus({ object, status, document: 'd', now });
  expect(statusEvents(source, {}, after).map(({ reason }) => reason)).toEqual(['ReconcileSucceeded', 'WorksSucceeded']);
  expect(statusEvents(source, after, after)).toEqual([]);
});

test.each([
  ['itself', true, "'kratix.io/paused' label set to 'true' for this resource request; pausing reconciliation"],
  [
    'its Promise',
    false,
    "'kratix.io/paused' label set to 'true' for promise; pausing reconciliation for this resource request",
  ],
])('a pause event says whose label it is: %s', (_whose, paused, note) => {
  const after = {
    conditions: [{ type: 'Reconciled', status: 'Unknown', reason: 'PausedReconciliation', message: '' }],
  };
  expect(statusEvents({ ...source, paused }, {}, after)).toEqual([
    { type: 'Warning', reason: 'PausedReconciliation', note },
  ]);
});

test('a Promise names each requirement that it waits for, and its failing Works as Kratix does', () => {
  const after = {
    requiredPromises: [
      { name: 'a', state: 'Requirement installed' },
      { name: 'b', state: 'Requirement not installed' },
      { name: 'c', state: 'Requirement not available' },
    ],
    conditions: [
      { type: 'RequirementsFulfilled', status: 'False', reason: 'RequirementsNotInstalled', message: 'no' },
      {
        ...{ type: 'WorksSucceeded', status: 'False', reason: 'WorksFailing' },
        message: 'Some works associated with this promise are not ready: [x y]',
      },
    ],
  };
  expect(statusEvents({ ...source, workflow: 'promise' }, {}, after).map(({ note }) => note)).toEqual([
    'Required Promise b not installed or unknown state',
    'Waiting for required Promise c: Requirement not available',
    'Some works associated with this promise has failed: [x,y]',
  ]);
});

test('a deletion tells of its own pipelines', () => {
  const after = { kratix: { workflows: { pipelines: [{ name: 'tidy', phase: 'Running' }] } } };
  expect(statusEvents({ ...source, deleting: true }, {}, after).map(({ note }) => note)).toEqual([
    'Delete Pipeline started: tidy',
  ]);
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

test('what pipelines wrote in the status is told from what we keep there, and from what others write', () => {
  const details = {
    url: 'b',
    replicas: 3,
    conditions: [{ type: 'Audited', status: 'True', reason: 'Fine', message: '' }],
  };
  const shown = requestStatus({ object, status, document: 'd', details, now });
  const found = appliedObject(shown, { healthStatus: { state: 'healthy' }, seen: 'by somebody' });
  const audited = { ...details.conditions[0], lastTransitionTime: expect.any(String) };
  expect(writtenStatus(found)).toEqual({ url: 'b', replicas: 3, conditions: [audited] });
  expect(writtenStatus({ metadata: { name: 'one' }, status: { phase: 'by somebody' } })).toBeUndefined();
});
