import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EntityStatus } from '../../src/domain/entity.js';
import type { Phase } from '../../src/domain/phase.js';
import { destination, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { ended, execute, failure, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const control = (text: string) => `printf '${text}' >/kratix/metadata/workflow-control.yaml\n`;

function resourceOf(name: string): string {
  return `resource/${name}/default/one`;
}

function tell(entity: string, signal: string): Promise<void> {
  return platform.client.workflow.getHandle(entity).signal(signal);
}

function inPhase(entity: string, phase: Phase, runs: number): Promise<EntityStatus> {
  return eventually(`${entity} ${phase} after ${runs} run(s)`, async () => {
    const status = await platform.entities.status(entity);
    return status?.phase === phase && status.runs.length === runs ? status : undefined;
  });
}

/** What the runs did, oldest first: each with its stages. */
function stagesOf({ runs }: EntityStatus): string[] {
  return runs.toReversed().map(({ stages }) => stages.map(({ pipeline: name }) => name).join(' '));
}

function conditionOf({ conditions }: EntityStatus, type: string) {
  const found = conditions.find((condition) => condition.type === type);
  return [found?.status, found?.reason, found?.message];
}

test('unknown keys in what a pipeline says beside its documents are passed over, and named in what became of the run', async () => {
  const selectors = `printf -- '- matchLabel: {}\\n  matchLabels: { a: b }\\n' >/kratix/metadata/destination-selectors.yaml\n`;
  const configure = [pipeline('c', [stage('s', `${control('supend: true\\n')}${selectors}`)])];
  await execute(platform, 'installPromise', promise('mistyped', { resource: { configure } }));
  await execute(platform, 'configureResource', request('mistyped', 'one'));
  const status = await platform.entities.status(resourceOf('mistyped'));
  expect(status?.runs[0]).toMatchObject({
    outcome: 'Succeeded',
    message:
      'done; /kratix/metadata/workflow-control.yaml: supend: unknown field "supend" is passed over, expected one of suspend, message, retryAfter; ' +
      '/kratix/metadata/destination-selectors.yaml: [0].matchLabel: unknown field "matchLabel" is passed over, expected one of directory, matchLabels, matchExpressions',
  });
});

/** A stage that suspends its workflow unless the object says that it was suspended already. */
const asksFirst = (text: string) => `grep -q 'phase: Suspended' /kratix/input/object.yaml || ${control(text)}`;

test('a pipeline that suspends: nothing of it is written, nothing follows, and it goes on where it stopped', async () => {
  const configure = [
    pipeline('first', [stage('a', writeConfigMap('a', 'first'))]),
    pipeline('second', [
      stage('b', `${writeConfigMap('b', 'second')}${asksFirst('suspend: true\\nmessage: waits for approval\\n')}`),
    ]),
    pipeline('third', [stage('c', writeConfigMap('c', 'third'))]),
  ];
  const entity = resourceOf('approved');
  await execute(platform, 'installPromise', promise('approved', { resource: { configure } }));
  const operation = await start(platform, 'configureResource', request('approved', 'one'));
  expect(await settled(operation)).toMatchObject({
    phase: 'Suspended',
    message: 'pipeline second has suspended the workflow: waits for approval',
  });
  const suspended = await inPhase(entity, 'Suspended', 1);
  expect(suspended.works.map((work) => work.pipeline)).toEqual(['first']);
  expect(conditionOf(suspended, 'Reconciled')).toEqual(['Unknown', 'WorkflowSuspended', 'Suspended']);
  expect(suspended.suspension).toEqual({
    ...{ action: 'configure', pipeline: 'second', message: 'waits for approval', generation: 1, attempts: 0 },
  });

  await tell(entity, 'resume');
  expect(await ended(operation)).toMatchObject({ phase: 'Ready', message: 'written to west' });
  const done = await inPhase(entity, 'Ready', 2);
  expect(stagesOf(done)).toEqual(['first second', 'first second third']);
  expect(done.works.map((work) => work.pipeline)).toEqual(['first', 'second', 'third']);
  expect(done.suspension).toBeUndefined();

  // Told from the start, it asks again; what is newer than the suspension begins from the start, too.
  await tell(entity, 'reconcile');
  const again = await inPhase(entity, 'Suspended', 3);
  expect(again.works).toHaveLength(3);
  await settled(await start(platform, 'configureResource', request('approved', 'one', { size: 'new' })));
  expect(stagesOf(await inPhase(entity, 'Suspended', 4)).slice(2)).toEqual(['first second', 'first second']);
});

test('what was brought before a suspension goes where it belongs when the workflow goes on', async () => {
  const elsewhere = `printf -- '- matchLabels: { place: late }\\n' >/kratix/metadata/destination-selectors.yaml\n`;
  const configure = [
    pipeline('first', [stage('a', `${writeConfigMap('a', 'first')}${elsewhere}`)]),
    pipeline('second', [stage('b', `${writeConfigMap('b', 'second')}${asksFirst('suspend: true\\n')}`)]),
  ];
  const entity = resourceOf('scattered');
  await execute(platform, 'installPromise', promise('scattered', { resource: { configure } }));
  const operation = await start(platform, 'configureResource', request('scattered', 'one'));
  await settled(operation);
  await tell(entity, 'resume');
  const waiting = await inPhase(entity, 'Waiting', 2);
  expect(waiting.message).toContain('no Destination matches place=late');
  await execute(platform, 'registerDestination', destination('late', { place: 'late' }));
  expect(await ended(operation)).toMatchObject({ phase: 'Ready', message: 'written to late, west' });
});

test('a pipeline that asks for a retry is run again by itself, and knows how often it has asked', async () => {
  const attempts = `attempts=$(sed -n 's/^ *attempts: *//p' /kratix/input/object.yaml)\n`;
  const asks = `[ "\${attempts:-0}" -ge 2 ] || ${control('retryAfter: 300ms\\nmessage: not yet\\nsuspend: true\\n')}`;
  const configure = [pipeline('poll', [stage('poll', `${attempts}${writeConfigMap('out', '$attempts')}${asks}`)])];
  await execute(platform, 'installPromise', promise('polling', { resource: { configure } }));
  await execute(platform, 'configureResource', request('polling', 'one'));
  const done = await inPhase(resourceOf('polling'), 'Ready', 3);
  expect(done.runs.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Suspended', 'Suspended']);
});

test('a workflow-control.yaml that is wrong fails the run and says what was expected', async () => {
  const configure = [pipeline('wrong', [stage('wrong', control('retryAfter: 1d\\n'))])];
  await execute(platform, 'installPromise', promise('miswritten', { resource: { configure } }));
  const { message } = await failure(execute(platform, 'configureResource', request('miswritten', 'one')));
  expect(message).toMatch(
    /workflow-control.yaml: retryAfter: expected a duration such as 30s, 5m or 1h30m \(no days\)/,
  );
});

test('a delete pipeline that suspends holds the deletion, and its documents, until it is told to go on', async () => {
  const resource = {
    configure: [pipeline('configure', [stage('a', writeConfigMap('a', 'here'))])],
    delete: [pipeline('leave', [stage('ask', asksFirst('suspend: true\\n'))])],
  };
  await execute(platform, 'installPromise', promise('leaving', { resource }));
  await execute(platform, 'configureResource', request('leaving', 'one'));
  const target = { apiVersion: 'test.fulfil.io/v1', kind: 'Leaving', namespace: 'default', name: 'one' };
  const deleting = await start(platform, 'deleteResource', target);
  expect(await settled(deleting)).toMatchObject({ phase: 'Suspended' });
  const held = await inPhase(resourceOf('leaving'), 'Suspended', 2);
  expect(held.works).toHaveLength(1);
  expect(conditionOf(held, 'DeleteWorkflowCompleted').slice(0, 2)).toEqual(['False', 'DeleteWorkflowSuspended']);
  await tell(resourceOf('leaving'), 'resume');
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
});

test('a manual reconciliation stops the stage that runs and begins from the start', async () => {
  const held = gate(platform.home, 'killed');
  const once = `[ -e /kratix/output/../metadata/x ] || true\n${held.script}`;
  const configure = [pipeline('slow', [stage('slow', `${writeConfigMap('out', 'done')}${once}`)])];
  const entity = resourceOf('killed');
  await execute(platform, 'installPromise', promise('killed', { resource: { configure } }));
  const operation = await start(platform, 'configureResource', request('killed', 'one'));
  await held.reached();
  await tell(entity, 'reconcile');
  await inRun(entity, 2);
  await held.open();
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  const done = await inPhase(entity, 'Ready', 2);
  expect(done.runs.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Superseded']);
});

/** The run of this number has begun. */
async function inRun(entity: string, number: number): Promise<void> {
  await eventually(`run ${number} of ${entity}`, async () => {
    const status = await platform.entities.status(entity);
    return status?.runs[0]?.number === number ? true : undefined;
  });
}

test('a paused request takes wishes and runs them when it is let go, from the start', async () => {
  const configure = [pipeline('configure', [stage('a', writeConfigMap('a', 'here'))])];
  const entity = resourceOf('resting');
  await execute(platform, 'installPromise', promise('resting', { resource: { configure } }));
  const paused = { 'kratix.io/paused': 'true', team: 'a' };
  const metadata = { name: 'one', namespace: 'default', labels: paused };
  const operation = await start(platform, 'configureResource', request('resting', 'one', {}, { metadata }));
  expect(await settled(operation)).toMatchObject({ phase: 'Paused', message: 'paused' });
  expect(conditionOf(await inPhase(entity, 'Paused', 0), 'Reconciled')).toEqual([
    ...['Unknown', 'PausedReconciliation', 'Paused'],
  ]);
  // A wish that says nothing of it leaves it paused.
  const second = await start(platform, 'configureResource', request('resting', 'one', { size: 'new' }));
  expect(await settled(second)).toMatchObject({ phase: 'Paused' });
  const target = { apiVersion: 'test.fulfil.io/v1', kind: 'Resting', namespace: 'default', name: 'one' };
  await tell(entity, 'unpause');
  expect(await ended(second)).toMatchObject({ phase: 'Ready' });
  await inPhase(entity, 'Ready', 1);

  // Deletion waits as well.
  await tell(entity, 'pause');
  await inPhase(entity, 'Paused', 1);
  const deleting = await start(platform, 'deleteResource', target);
  expect(await settled(deleting)).toMatchObject({ phase: 'Paused' });
  await tell(entity, 'unpause');
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
});

test('a paused Promise holds its requests; let go, it runs everything again; and so it does when it is told to', async () => {
  const configure = [pipeline('configure', [stage('a', writeConfigMap('a', 'here'))])];
  const entity = resourceOf('lender');
  await execute(platform, 'installPromise', promise('lender', { promise: { configure }, resource: { configure } }));
  await execute(platform, 'configureResource', request('lender', 'one'));
  await tell('promise/lender', 'pause');
  const paused = await inPhase('promise/lender', 'Paused', 1);
  expect(conditionOf(paused, 'Available')).toEqual(['False', 'PausedReconciliation', 'Paused']);
  expect(await inPhase(entity, 'Paused', 1)).toMatchObject({ message: 'Promise lender is paused' });
  await tell('promise/lender', 'unpause');
  const available = await inPhase('promise/lender', 'Ready', 2);
  expect(conditionOf(available, 'Available')).toEqual([
    'True',
    'PromiseAvailable',
    'Ready to fulfil resource requests',
  ]);
  await inPhase(entity, 'Ready', 2);
  await tell('promise/lender', 'reconcileResources');
  await inPhase(entity, 'Ready', 3);
  expect((await inPhase('promise/lender', 'Ready', 2)).runs).toHaveLength(2);
});
