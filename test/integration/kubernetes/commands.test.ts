import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pipeline, promise, request, stage, writeConfigMap } from '../../platform/documents.js';
import { destination } from '../../platform/documents.js';
import { execute } from '../../platform/operations.js';
import { holds } from '../../platform/eventually.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
beforeAll(async () => {
  world = await openControllerPlatform();
  await execute(world.platform, 'registerDestination', destination('west', {}));
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
});

const control = (text: string) => `printf '${text}' >/kratix/metadata/workflow-control.yaml\n`;
const asksFirst = `grep -q 'phase: Suspended' /kratix/input/object.yaml || ${control('suspend: true\\nmessage: waits\\n')}`;
const available = ({ status }: Shown) => status?.['status'] === 'Available';
const writes = pipeline('configure', [stage('a', writeConfigMap('a', 'here'))]);

interface Workflows {
  readonly pipelines?: readonly { readonly name: string; readonly phase: string; readonly message?: string }[];
  readonly suspendedGeneration?: number;
}
const workflowsOf = ({ status }: Shown) => (status?.['kratix'] as { workflows: Workflows }).workflows;
const phases = (shown: Shown) => workflowsOf(shown).pipelines?.map(({ phase }) => phase);
const reconciled = (reason: string) => (shown: Shown) => condition(shown, 'Reconciled')?.reason === reason;

async function runsOf(entity: string): Promise<number> {
  return (await world.platform.entities.status(entity))?.runs.length ?? 0;
}

async function events(kind: string): Promise<string> {
  return world
    .kubectl(
      'get',
      'events',
      '-A',
      '-o',
      `jsonpath={range .items[?(@.regarding.kind=="${kind}")]}{.reason}: {.note}{"\\n"}{end}`,
      '--field-selector',
      `regarding.kind=${kind}`,
    )
    .catch(() =>
      world.kubectl(
        'get',
        'events.events.k8s.io',
        '-A',
        '-o',
        'jsonpath={range .items[*]}{.reason}: {.note}{"\\n"}{end}',
      ),
    );
}

test('a suspended workflow is labelled, and goes on when the label is taken away', async () => {
  const configure = [pipeline('first', [stage('ask', asksFirst)]), writes];
  await world.apply(promise('approved', { resource: { configure } }));
  await world.until(['promise', 'approved'], 'Available', available);
  await world.apply(request('approved', 'one'));
  const suspended = await world.until(['approved', 'one'], 'Suspended', reconciled('WorkflowSuspended'));
  expect(suspended.metadata.labels).toMatchObject({ 'kratix.io/workflow-suspended': 'true' });
  expect(workflowsOf(suspended)).toMatchObject({
    pipelines: [{ name: 'first', phase: 'Suspended', message: 'waits' }, { phase: 'Pending' }],
    suspendedGeneration: 1,
  });
  await world.kubectl('label', 'approved', 'one', 'kratix.io/workflow-suspended-');
  const done = await world.until(['approved', 'one'], 'Reconciled', reconciled('Reconciled'));
  expect(phases(done)).toEqual(['Succeeded', 'Succeeded']);
  expect(done.metadata.labels).not.toHaveProperty(['kratix.io/workflow-suspended']);
  expect(workflowsOf(done).suspendedGeneration).toBeUndefined();
  expect(await events('Approved')).toContain('WorkflowSuspended:');
});

test('labels that are obeyed once run it again and are taken away', async () => {
  await world.apply(promise('again', { promise: { configure: [writes] }, resource: { configure: [writes] } }));
  await world.until(['promise', 'again'], 'Available', available);
  await world.apply(request('again', 'one'));
  await world.until(['again', 'one'], 'Reconciled', reconciled('Reconciled'));
  const obeyed = (label: string, runs: number, entity: string) => async (shown: Shown) =>
    shown.metadata.labels?.[label] === undefined && (await runsOf(entity)) === runs;
  expect(await runsOf('resource/again/default/one')).toBe(1);

  await world.kubectl('label', 'again', 'one', 'kratix.io/manual-reconciliation=true');
  await untilObeyed(['again', 'one'], obeyed('kratix.io/manual-reconciliation', 2, 'resource/again/default/one'));
  await world.kubectl('label', 'promise', 'again', 'kratix.io/reconcile-resources=true');
  await untilObeyed(['promise', 'again'], obeyed('kratix.io/reconcile-resources', 3, 'resource/again/default/one'));
  expect(await runsOf('promise/again')).toBe(1);
  await world.kubectl('label', 'promise', 'again', 'kratix.io/manual-reconciliation=true');
  await untilObeyed(['promise', 'again'], obeyed('kratix.io/manual-reconciliation', 2, 'promise/again'));
});

async function untilObeyed(args: readonly string[], isSo: (shown: Shown) => Promise<boolean>): Promise<void> {
  await holds('obeyed', async () => {
    const shown = await world.object(...args);
    return shown !== undefined && isSo(shown);
  });
}

test('a paused Promise holds its requests, and their deletion, until the label goes', async () => {
  await world.apply(promise('held', { resource: { configure: [writes] } }));
  await world.until(['promise', 'held'], 'Available', available);
  await world.apply(request('held', 'one'));
  await world.until(['held', 'one'], 'Reconciled', reconciled('Reconciled'));
  await world.kubectl('label', 'promise', 'held', 'kratix.io/paused=true');
  const paused = await world.until(['promise', 'held'], 'Paused', reconciled('PausedReconciliation'));
  expect(condition(paused, 'Available')).toMatchObject({ status: 'False', reason: 'PausedReconciliation' });
  await world.until(['held', 'one'], 'Paused', reconciled('PausedReconciliation'));
  await world.kubectl('delete', 'held', 'one', '--wait=false');
  await world.until(['held', 'one'], 'asked to go', ({ metadata }) => metadata.deletionTimestamp !== undefined);
  expect(await world.platform.entities.status('resource/held/default/one')).toBeDefined();
  await world.kubectl('label', 'promise', 'held', 'kratix.io/paused-');
  await world.untilGone('held', 'one');
  await world.until(['promise', 'held'], 'Available', available);

  // The label on the request itself, taken away while it is deleted.
  await world.apply({
    ...request('held', 'two'),
    metadata: { name: 'two', namespace: 'default', labels: { 'kratix.io/paused': 'true' } },
  });
  await world.until(['held', 'two'], 'Paused', reconciled('PausedReconciliation'));
  expect(await runsOf('resource/held/default/two')).toBe(0);
  await world.kubectl('delete', 'held', 'two', '--wait=false');
  await world.kubectl('label', 'held', 'two', 'kratix.io/paused-');
  await world.untilGone('held', 'two');
});

test('a Promise shows what it requires and what requires it', async () => {
  await world.apply(promise('needy', { requires: [{ name: 'base', version: 'v1' }] }));
  const waits = ({ status }: Shown) => Array.isArray(status?.['requiredPromises']);
  const waiting = await world.until(['promise', 'needy'], 'waiting', waits);
  expect(waiting.status).toMatchObject({
    status: 'Unavailable',
    requiredPromises: [{ name: 'base', version: 'v1', state: 'Requirement not installed' }],
  });
  await world.apply(promise('base', { version: 'v1' }));
  await world.until(['promise', 'needy'], 'Available', available);
  const base = await world.until(['promise', 'base'], 'required', ({ status }) => status?.['requiredBy'] !== undefined);
  expect(base.status?.['requiredBy']).toEqual([{ promise: { name: 'needy' }, requiredVersion: 'v1' }]);
  // Of a Promise without a version label only the revision says so.
  const needy = await world.object('promise', 'needy');
  expect(needy?.status).not.toHaveProperty('version');
  expect(needy?.status?.['kratix']).not.toHaveProperty('version');
  const line = '{range .items[?(@.spec.promiseRef.name=="needy")]}{.spec.version}{end}';
  expect(await world.kubectl('get', 'promiserevisions', '-o', `jsonpath=${line}`)).toBe('not-set');
});

test('versions are PromiseRevisions, and a ResourceBinding says with which one a request runs', async () => {
  const versioned = (version: string) => {
    const configure = [pipeline('configure', [stage('a', writeConfigMap('out', version))])];
    return promise('lib', { version, resource: { configure } });
  };
  await world.apply(versioned('v1'));
  await world.until(['promise', 'lib'], 'Available', available);
  await world.apply(request('lib', 'one'));
  await world.until(['lib', 'one'], 'v1', ({ status }) => status?.['promiseVersion'] === 'v1');
  const bindings = await world.kubectl('get', 'resourcebindings', '-o', 'name', '-l', 'kratix.io/promise-name=lib');
  const binding = bindings.trim();
  await world.kubectl('patch', binding, '--type=merge', '-p', '{"spec":{"version":"v1"}}');
  await world.until(['lib', 'one'], 'bound', ({ status }) => status?.['resourceBindingVersion'] === 'v1');

  await world.apply(versioned('v2'));
  await world.until(['promise', 'lib'], 'v2', ({ status }) => status?.['version'] === 'v2');
  const revisions = await world.kubectl('get', 'promiserevisions', '--no-headers', '-l', 'kratix.io/promise-name=lib');
  expect(
    revisions
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/).slice(1, 4)),
  ).toEqual(
    expect.arrayContaining([
      ['lib', 'v1', 'false'],
      ['lib', 'v2', 'true'],
    ]),
  );
  expect((await world.object('lib', 'one'))?.status).toMatchObject({ promiseVersion: 'v1' });
  await world.kubectl('patch', binding, '--type=merge', '-p', '{"spec":{"version":"v2"}}');
  await world.until(['lib', 'one'], 'v2', ({ status }) => status?.['promiseVersion'] === 'v2');
  const shown = await world.until(
    [binding],
    'upgraded',
    (each) => condition(each, 'UpgradeSucceeded')?.status === 'True',
  );
  expect(shown.status).toMatchObject({ lastAppliedVersion: 'v2' });
  expect(condition(shown, 'UpgradeSucceeded')?.message).toBe('Resource is at version v2');

  // The latest cannot go; another one takes the requests that are bound to it along.
  await world.kubectl('patch', binding, '--type=merge', '-p', '{"spec":{"version":"v1"}}');
  await world.until(['lib', 'one'], 'v1 again', ({ status }) => status?.['promiseVersion'] === 'v1');
  const names = await world.kubectl(
    'get',
    'promiserevisions',
    '-o',
    'jsonpath={range .items[?(@.spec.version=="v1")]}{.metadata.name} {.spec.promiseRef.name}{"\\n"}{end}',
  );
  const [name = ''] = (names.split('\n').find((line) => line.endsWith(' lib')) ?? '').split(' ');
  await world.kubectl('delete', 'promiserevision', name, '--wait=false');
  await world.untilGone('promiserevision', name);
  await world.untilGone('lib', 'one');
  await world.kubectl('delete', 'promise', 'lib', '--wait=false');
  await world.untilGone('promise', 'lib');
  const left = await world.kubectl('get', 'promiserevisions', '-o', 'name', '-l', 'kratix.io/promise-name=lib');
  expect(left.trim()).toBe('');
});
