import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { eventually } from '../../platform/eventually.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;

beforeAll(async () => {
  world = await openControllerPlatform();
  controller = await startController(world);
  const configure = [pipeline('configure', [echoStage()])];
  await world.apply(promise('database', { resource: { configure } }), promise('queue', { resource: { configure } }));
  for (const crd of ['databases.test.fulfil.io', 'queues.test.fulfil.io']) {
    await world.until(['crd', crd], 'Established', (shown) => condition(shown, 'Established')?.status === 'True');
  }
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
});

const record = (name: string, of: string, state: string, data: object = {}) => ({
  apiVersion: 'platform.kratix.io/v1alpha1',
  kind: 'HealthRecord',
  metadata: { name, namespace: 'default' },
  data: { promiseRef: { name: of }, resourceRef: { name: 'one', namespace: 'default' }, state, ...data },
});
const health = ({ status }: Shown) => status?.['healthStatus'];
const source = (name: string) => ({ name, namespace: 'default' });
const isSo = (wanted: object) => (object: Shown) => JSON.stringify(health(object)) === JSON.stringify(wanted);
const untilHealth = (state: string, ...records: object[]) =>
  world.until(['databases', 'one'], state, isSo({ healthRecords: records, state }));

test('a record that came before its request is shown when the request is there', async () => {
  await world.apply(record('probe', 'database', 'healthy', { lastRun: 1_790_000_000, details: { checks: 3 } }));
  const held = await world.until(
    ['healthrecord', 'probe'],
    'held',
    ({ metadata }) => metadata.finalizers !== undefined,
  );
  expect(held.metadata.finalizers).toEqual(['kratix.io/health-record-cleanup']);
  await world.apply(request('database', 'one', { size: 'small' }), request('queue', 'one', { size: 'small' }));
  const entry = { details: { checks: 3 }, lastRun: 1_790_000_000, source: source('probe'), state: 'healthy' };
  await untilHealth('healthy', entry);
});

test("the worst of a request's records counts, and only its own", async () => {
  await world.apply(record('other', 'queue', 'unhealthy'), record('disk', 'database', 'degraded'));
  await untilHealth(
    'degraded',
    { source: source('disk'), state: 'degraded' },
    { details: { checks: 3 }, lastRun: 1_790_000_000, source: source('probe'), state: 'healthy' },
  );
  await world.until(
    ['queues', 'one'],
    'unhealthy',
    isSo({ healthRecords: [{ source: source('other'), state: 'unhealthy' }], state: 'unhealthy' }),
  );
  const notes = await eventually('both events', async () => {
    const listed = await world.kubectl('get', 'events', '-o', 'custom-columns=T:.type,M:.message', '--no-headers');
    const found = listed.split('\n').filter((line) => line.includes('Health state'));
    return found.length === 3 ? found : undefined;
  });
  expect(notes.map((note) => note.replace(/ +/g, ' ').trim()).sort()).toEqual([
    'Normal Health state is healthy',
    'Warning Health state is degraded',
    'Warning Health state is unhealthy',
  ]);
});

test('a run of the request leaves its health alone, and nobody writes when all is said', async () => {
  const before = health((await world.object('databases', 'one')) as Shown);
  await world.apply(request('database', 'one', { size: 'large' }));
  const ran = (shown: Shown) => shown.status?.['observedGeneration'] === 2 && shown.metadata.generation === 2;
  await world.until(['databases', 'one'], 'run', ran);
  expect(health((await world.object('databases', 'one')) as Shown)).toEqual(before);
  const isQuiet = async () => (await world.writesDuring(3_000)).length === 0 || undefined;
  await eventually('nobody writes', isQuiet, 15_000);
});

test('a record that is about another request moves there', async () => {
  await world.apply(record('disk', 'queue', 'degraded'));
  await world.until(['queues', 'one'], 'two records', (object) => {
    return (health(object) as { healthRecords: object[] }).healthRecords.length === 2;
  });
  await untilHealth('healthy', {
    ...{ details: { checks: 3 }, lastRun: 1_790_000_000 },
    ...{ source: source('probe'), state: 'healthy' },
  });
});

test('a deleted record is not shown any more; the last one takes the status along', async () => {
  await world.kubectl('delete', 'healthrecord', 'other', '--timeout=120s');
  const remaining = { healthRecords: [{ source: source('disk'), state: 'degraded' }], state: 'degraded' };
  await world.until(['queues', 'one'], 'degraded', isSo(remaining));
  await world.kubectl('delete', 'healthrecord', 'probe', '--timeout=120s');
  await world.until(['databases', 'one'], 'nothing', (object) => health(object) === undefined);
  expect(health((await world.object('queues', 'one')) as Shown)).toEqual(remaining);
});

test('a record of a request that is gone goes', async () => {
  await world.kubectl('delete', 'queue.test.fulfil.io', 'one', '--timeout=120s');
  await world.kubectl('delete', 'healthrecord', 'disk', '--timeout=120s');
});
