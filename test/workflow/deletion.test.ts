import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { configMap, destination, echoStage, kindOf, pipeline, promise, request, stage } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { ended, execute, failure, handOver, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const echo = [pipeline('configure', [echoStage()])];

function target(promiseName: string, name = 'one'): Record<string, string> {
  return { apiVersion: 'test.fulfil.io/v1', kind: kindOf(promiseName), namespace: 'default', name };
}

/** Puts a value where a stage reads it from a ConfigMap: the outside world that a test can mend. */
async function setWorld(name: string, answer: string): Promise<void> {
  for (const namespace of ['default', 'kratix-platform-system']) {
    const folder = join(platform.home, 'configmaps', namespace, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'answer'), answer);
  }
}

function askWorld(name: string): Record<string, unknown> {
  const valueFrom = { configMapKeyRef: { name, key: 'answer' } };
  return stage('ask', '[ "$ANSWER" = yes ] || { echo "the world said $ANSWER"; exit 4; }', {
    env: [{ name: 'ANSWER', valueFrom }],
  });
}

async function started(workflowId: string): Promise<number> {
  const { historyEvents } = { historyEvents: await platform.client.workflow.getHandle(workflowId).fetchHistory() };
  return (
    Number(historyEvents.events?.[0]?.eventTime?.seconds ?? 0) * 1e9 +
    (historyEvents.events?.[0]?.eventTime?.nanos ?? 0)
  );
}

test('a Promise goes in order: its delete pipeline, then its requests, then every document and the API', async () => {
  await execute(
    platform,
    'installPromise',
    promise('ordered', {
      dependencies: [configMap('operator')],
      promise: { delete: [pipeline('bye', [stage('bye', 'echo bye')])] },
      resource: { configure: echo, delete: [pipeline('gone', [stage('gone', 'echo gone')])] },
    }),
  );
  await execute(platform, 'configureResource', request('ordered', 'one', { size: 'small' }));
  await execute(platform, 'configureResource', request('ordered', 'two', { size: 'small' }));
  expect((await storeFiles(join(platform.store, 'west'))).length).toBe(3);

  expect(await execute(platform, 'deletePromise', { name: 'ordered' })).toEqual({
    object: 'Promise ordered',
    phase: 'Gone',
    message: 'deleted',
    changed: true,
    destinations: [],
  });
  expect(await storeFiles(join(platform.store, 'west'))).toEqual([]);
  expect(await platform.entities.status('promise/ordered')).toBeUndefined();
  expect(await platform.entities.status('resource/ordered/default/one')).toBeUndefined();
  expect((await platform.entities.claims()).map((claim) => claim.promise)).not.toContain('ordered');
  const order = await Promise.all(
    ['promise/ordered/run-2', 'resource/ordered/default/one/run-2', 'promise/ordered/run-3'].map(started),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  expect(await execute(platform, 'deletePromise', { name: 'ordered' })).toMatchObject({
    phase: 'Gone',
    message: 'there is nothing to delete',
    changed: false,
  });
  expect(await failure(execute(platform, 'configureResource', request('ordered', 'three')))).toMatchObject({
    type: 'Refused',
    message: expect.stringContaining('no Promise offers this API'),
  });
});

test('a deletion that fails says why, and completes when the cause is mended and it is asked for again', async () => {
  await setWorld('mended', 'no');
  await execute(
    platform,
    'installPromise',
    promise('mended', { resource: { configure: echo, delete: [pipeline('leave', [askWorld('mended')])] } }),
  );
  await execute(platform, 'configureResource', request('mended', 'one', { size: 'small' }));
  expect(await failure(execute(platform, 'deleteResource', target('mended')))).toEqual({
    type: 'StageFailed',
    message: 'Mended default/one: pipeline "leave", stage "ask" exited with code 4 (last line: the world said no)',
  });
  expect(await storeFiles(join(platform.store, 'west/resources/default/mended'))).toHaveLength(1);

  await setWorld('mended', 'yes');
  expect(await execute(platform, 'deleteResource', target('mended'))).toMatchObject({ phase: 'Gone' });
  expect(await storeFiles(join(platform.store, 'west/resources/default/mended'))).toEqual([]);
  await execute(platform, 'deletePromise', { name: 'mended' });
});

test.each([
  ['the Promise is deleted again', 'deletePromise'],
  ['the resource is deleted by itself', 'deleteResource'],
] as const)('a Promise that a resource holds up says which, and goes on when %s', async (_how, type) => {
  const name = type === 'deletePromise' ? 'held-a' : 'held-b';
  await setWorld(name, 'no');
  const resource = { configure: echo, delete: [pipeline('leave', [askWorld(name)])] };
  await execute(platform, 'installPromise', promise(name, { dependencies: [configMap('operator')], resource }));
  await execute(platform, 'configureResource', request(name, 'one', { size: 'small' }));
  const blocked = await failure(execute(platform, 'deletePromise', { name }));
  expect(blocked).toEqual({
    type: 'DeletionBlocked',
    message: `Promise ${name} cannot be deleted: ${kindOf(name)} default/one: pipeline "leave", stage "ask" exited with code 4 (last line: the world said no)`,
  });
  // Nothing that the resource needs is gone yet.
  expect(await storeFiles(join(platform.store, 'west/dependencies', name))).toHaveLength(1);

  await setWorld(name, 'yes');
  await execute(platform, type, type === 'deletePromise' ? { name } : target(name));
  await holds('the Promise gone', async () => (await platform.entities.status(`promise/${name}`)) === undefined);
  expect(await storeFiles(join(platform.store, 'west/dependencies', name))).toEqual([]);
});

test('what is asked for during a deletion is made anew afterwards, and everybody who asked is answered', async () => {
  const held = gate(platform.home, 'again');
  const resource = { configure: echo, delete: [pipeline('leave', [stage('leave', held.script)])] };
  await execute(platform, 'installPromise', promise('again', { resource }));
  await execute(platform, 'configureResource', request('again', 'one', { size: 'first' }));
  const uid = (await platform.entities.status('resource/again/default/one'))?.uid;
  const deleting = await start(platform, 'deleteResource', target('again'));
  await held.reached();
  const second = await handOver(platform, 'configureResource', request('again', 'one', { size: 'second' }));
  const third = await handOver(platform, 'configureResource', request('again', 'one', { size: 'third' }));
  await held.open();
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
  expect(await ended(second)).toMatchObject({ phase: 'Ready' });
  expect(await ended(third)).toMatchObject({ phase: 'Ready' });
  const anew = await platform.entities.status('resource/again/default/one');
  expect(anew?.uid).not.toBe(uid);
  expect(anew?.generation).toBe(1);
  expect((await platform.entities.status('promise/again'))?.resources).toEqual(['default/one']);
});

test('of a deletion, a wish for it to be made anew, and another deletion the last one counts', async () => {
  const held = gate(platform.home, 'undone');
  const resource = { configure: echo, delete: [pipeline('leave', [stage('leave', held.script)])] };
  await execute(platform, 'installPromise', promise('undone', { resource }));
  await execute(platform, 'configureResource', request('undone', 'one', { size: 'first' }));
  const deleting = await start(platform, 'deleteResource', target('undone'));
  await held.reached();
  const anew = await handOver(platform, 'configureResource', request('undone', 'one', { size: 'second' }));
  const again = await handOver(platform, 'deleteResource', target('undone'));
  await held.open();
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
  expect(await ended(again)).toMatchObject({ phase: 'Gone' });
  expect(await failure(ended(anew))).toEqual({ type: 'Deleted', message: 'was deleted before it was ready' });
  expect(await platform.entities.status('resource/undone/default/one')).toBeUndefined();
});

test('a Promise that is applied during its deletion is installed anew with its API', async () => {
  const held = gate(platform.home, 'phoenix');
  const document = promise('phoenix', {
    dependencies: [configMap('operator')],
    promise: { delete: [pipeline('leave', [stage('leave', held.script)])] },
  });
  await execute(platform, 'installPromise', document);
  const deleting = await start(platform, 'deletePromise', { name: 'phoenix' });
  await held.reached();
  const applied = await handOver(platform, 'installPromise', document);
  await held.open();
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
  expect(await ended(applied)).toMatchObject({ phase: 'Ready', destinations: ['west'] });
  expect((await platform.entities.claims()).map((claim) => claim.promise)).toContain('phoenix');
  // It hears of Destinations again.
  await execute(platform, 'registerDestination', destination('phoenix', {}));
  await holds('its dependencies on the new one', async () =>
    (await storeFiles(join(platform.store, 'phoenix'))).includes(
      'dependencies/phoenix/5058f/static/phoenix-dependencies.yaml',
    ),
  );
  await execute(platform, 'deregisterDestination', { name: 'phoenix' });
});

test('a deletion during a stage that fails is a deletion, not a failure', async () => {
  const held = gate(platform.home, 'doomed');
  const configure = [pipeline('configure', [stage('fail', `${held.script}exit 3`)])];
  await execute(platform, 'installPromise', promise('doomed', { resource: { configure } }));
  const asking = await start(platform, 'configureResource', request('doomed', 'one'));
  await held.reached();
  const deleting = await handOver(platform, 'deleteResource', target('doomed'));
  expect(await platform.entities.status('resource/doomed/default/one')).toMatchObject({
    phase: 'Deleting',
    message: expect.stringMatching(/^deletion waits for the pipeline that runs; .*manual-reconciliation=true/),
  });
  await held.open();
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone', message: 'deleted' });
  expect(await failure(ended(asking))).toEqual({ type: 'Deleted', message: 'was deleted before it was ready' });
});

test('a request that waits for its Promise can be deleted', async () => {
  const parts = { selector: { team: 'nowhere' }, dependencies: [configMap('operator')], resource: { configure: echo } };
  await start(platform, 'installPromise', promise('pending', parts));
  await holds('the Promise known', async () => (await platform.entities.status('promise/pending')) !== undefined);
  const asking = await start(platform, 'configureResource', request('pending', 'one'));
  expect(await settled(asking)).toMatchObject({ phase: 'Waiting' });
  expect(await execute(platform, 'deleteResource', target('pending'))).toMatchObject({ phase: 'Gone' });
  expect(await failure(ended(asking))).toMatchObject({ type: 'Deleted' });
  expect(await execute(platform, 'deletePromise', { name: 'pending' })).toMatchObject({ phase: 'Gone' });
});
