import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { gate } from '../../platform/gate.js';
import { openPlatform } from '../../platform/platform.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { isEstablished, isReconciled } from './controllerObjects.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  const store = { kind: 'GitStateStore', name: 'main' };
  const { kind, name } = store;
  const apiVersion = 'platform.kratix.io/v1alpha1';
  await world.apply(
    { apiVersion, kind, metadata: { name }, spec: { url: `file://${repository.path}` } },
    { apiVersion, kind: 'Destination', metadata: { name: 'worker' }, spec: { path: 'worker', stateStoreRef: store } },
    promise('database', { resource: { configure: [pipeline('configure', [echoStage()])] } }),
  );
  await world.until(['crd', 'databases.test.fulfil.io'], 'Established', isEstablished);
  await world.apply(request('database', 'one', { size: 'small' }), request('database', 'two', { size: 'small' }));
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  await world.until(['databases', 'two'], 'Reconciled', isReconciled);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/default/'));
const path = (name: string) => `worker/resources/default/database/${name}/configure/5058f/out.yaml`;

test('a second controller takes over in seconds when the first one stops, and writes nothing', async () => {
  const second = startController(world);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const writes = world.writesDuring(6_000);
  await controller.stop();
  controller = await second;
  expect(await writes).toEqual([]);
});

test('an API server that is away for a while is waited for', async () => {
  await world.cluster.stopPrograms('kube-apiserver');
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  await world.cluster.startPrograms();
  await world.apply(request('database', 'one', { size: 'large' }));
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  expect(await repository.read(path('one'))).toContain('text: large');
});

test('with Temporal and everything it knew lost, the same objects lead to the same documents', async () => {
  await controller.stop();
  await world.platform.close();
  const before = await Promise.all((await documents()).map(async (file) => [file, await repository.read(file)]));
  await world.kubectl('delete', 'databases', 'two', '--wait=false');
  world = { ...world, platform: await openPlatform() };
  controller = await startController(world);
  await world.untilGone('databases', 'two');
  // Until its entity knows it, the object shows what it was.
  const phase = async () => (await world.platform.entities.status('resource/database/default/one'))?.phase;
  await holds('known again', async () => (await phase()) === 'Ready');
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  expect(await documents()).toEqual([path('one')]);
  expect([path('one'), await repository.read(path('one'))]).toEqual(before.find(([file]) => file === path('one')));
  await holds('quiet', async () => (await world.writesDuring(3_000)).length === 0);
});

test('documents that were lost with the artifact store are made anew, also when they are asked for before', async () => {
  await controller.stop();
  await world.platform.close();
  world = { ...world, platform: await openPlatform() };
  const held = gate(world.platform.home, 'setup');
  const setup = { configure: [pipeline('setup', [stage('hold', held.script)])] };
  await world.apply(
    promise('database', { promise: setup, resource: { configure: [pipeline('configure', [echoStage()])] } }),
  );
  controller = await startController(world);
  await held.reached();
  const status = () => world.platform.entities.status('resource/database/default/one');
  await holds('it waits for its Promise', async () => (await status())?.phase === 'Waiting');
  await world.kubectl('label', 'destination', 'worker', 'place=elsewhere');
  const isAsked = async () =>
    (await status())?.runs.some(({ action, outcome }) => action === 'place' && outcome === 'Failed');
  await holds('documents are asked for that nobody has', async () => (await isAsked()) === true);
  await held.openDuring(holds('it is known again', async () => (await status())?.phase === 'Ready'));
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  expect(await documents()).toEqual([path('one')]);
});

test('a Promise that is deleted while nobody runs goes when somebody does', async () => {
  await controller.stop();
  await world.kubectl('delete', 'promise', 'database', '--wait=false');
  controller = await startController(world);
  await world.untilGone('promise', 'database');
  expect(await documents()).toEqual([]);
  expect(await world.object('crd', 'databases.test.fulfil.io')).toBeUndefined();
});
