import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import { freePorts } from '../../../src/server/freePorts.js';
import { gate } from '../../platform/gate.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { isEstablished, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform } from './controllerPlatform.js';
import { openControllerPlatform } from './controllerPlatform.js';
import type { FulfilProcess } from './controllerProcess.js';
import { startProcess } from './controllerProcess.js';

let world: ControllerPlatform;
let repository: GitRepository;
let worker: FulfilProcess;
let leader: FulfilProcess;
let standby: FulfilProcess;

const leads = 'controller leads';

async function startWorker(): Promise<FulfilProcess> {
  const started = startProcess(world, 'worker');
  await started.says('worker ready');
  return started;
}

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform('none');
  leader = startProcess(world, 'controller');
  worker = await startWorker();
  await leader.says(leads);
  standby = startProcess(world, 'controller');
  await standby.says('stands by');
  const held = gate(world.platform.home, 'killed');
  await world.apply(
    ...platformObjects(repository),
    promise('database', { resource: { configure: [pipeline('configure', [echoStage()])] } }),
    promise('slow', { resource: { configure: [pipeline('configure', [stage('hold', held.script), echoStage()])] } }),
  );
  for (const kind of ['databases', 'slows']) {
    await world.until(['crd', `${kind}.test.fulfil.io`], 'Established', isEstablished);
  }
  await world.apply(...['one', 'two', 'three'].map((name) => request('database', name, { size: 'small' })));
  for (const name of ['one', 'two', 'three']) await world.until(['databases', name], 'Reconciled', isReconciled);
});
afterAll(async () => {
  for (const each of [leader, standby, worker]) await each?.kill();
  await world?.close();
  await repository?.remove();
});

const path = (name: string, kind = 'database') => `worker/resources/default/${kind}/${name}/configure/5058f/out.yaml`;
const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/default/'));
const textOf = async (file: string) => /text: (.*)/.exec(await repository.read(file))?.[1];
const runsOf = async (id: string) => (await world.platform.entities.status(id))?.runs.map(({ outcome }) => outcome);

test.each([
  ['controller', 200],
  ['worker', 503],
] as const)(
  'a %s whose Temporal does not answer says so, is alive, waits, and can be stopped',
  async (command, ready) => {
    const port = await freePorts(1);
    const alone = startProcess(world, command, { TEMPORAL_ADDRESS: '127.0.0.1:9', FULFIL_PROBE_PORT: String(port) });
    await alone.says('Temporal does not answer at 127.0.0.1:9 (TEMPORAL_ADDRESS): ');
    const probe = async (path: string) => (await fetch(`http://127.0.0.1:${port}/${path}`)).status;
    expect([await probe('healthz'), await probe('readyz')]).toEqual([200, ready]);
    expect(await alone.stop()).toBe(0);
  },
);

test.each(['controller', 'worker'] as const)(
  'a %s that cannot begin ends, so that Kubernetes starts it again',
  async (command) => {
    const alone = startProcess(world, command, {
      FULFIL_PROBE_PORT: String(await freePorts(1)),
      FULFIL_ARTIFACTS_URL: 'http://127.0.0.1:9/artifacts',
      FULFIL_ARTIFACTS_ACCESS_KEY: 'key',
      FULFIL_ARTIFACTS_SECRET_KEY: 'secret',
    });
    expect(await alone.ended).toBe(1);
    expect(alone.lines.at(-1)).toContain('127.0.0.1:9');
  },
);

test('kill -9 of the leader: the one that stands by leads after 15 s of silence, and loses nothing', async () => {
  await leader.kill();
  const began = performance.now();
  await world.apply(request('database', 'one', { size: 'killed' }));
  await world.kubectl('delete', 'databases', 'three', '--wait=false');
  await standby.says(leads);
  // Not at once: the one that leads may only be slow.
  expect(performance.now() - began).toBeGreaterThan(5_000);
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  await world.untilGone('databases', 'three');
  expect(await documents()).toEqual([path('one'), path('two')]);
  expect(await textOf(path('one'))).toBe('killed');
  [leader, standby] = [standby, leader];
});

test('kill -9 of the worker in the middle of a run: another goes on with it', async () => {
  const held = gate(world.platform.home, 'killed');
  await world.apply(request('slow', 'one', { size: 'patient' }));
  await held.reached();
  await worker.kill();
  worker = await startWorker();
  await held.reached();
  await held.open();
  await world.until(['slows', 'one'], 'Reconciled', isReconciled);
  expect(await textOf(path('one', 'slow'))).toBe('patient');
  expect(await runsOf('resource/slow/default/one')).toEqual(['Succeeded']);
});

test('everybody is killed in the middle of a run, and objects are edited and deleted before they come back', async () => {
  const held = gate(world.platform.home, 'killed');
  await world.apply(request('slow', 'two', { size: 'first' }));
  await held.reached();
  await Promise.all([leader.kill(), worker.kill()]);
  await world.apply(request('slow', 'two', { size: 'second' }), request('database', 'two', { size: 'edited' }));
  await world.kubectl('delete', 'databases', 'one', '--wait=false');
  await world.kubectl('delete', 'slows', 'one', '--wait=false');
  const bare = JSON.stringify({ metadata: { finalizers: null } });
  await world.kubectl('patch', 'slows', 'one', '--type=merge', '-p', bare);
  await world.untilGone('slows', 'one');
  leader = startProcess(world, 'controller');
  worker = await startWorker();
  await leader.says(leads);
  await world.untilGone('databases', 'one');
  // The stage that was running runs once more for whoever of the two wishes it belongs to.
  await held.openDuring(world.until(['slows', 'two'], 'Reconciled', isReconciled));
  await world.until(['databases', 'two'], 'Reconciled', isReconciled);
  await holds('the documents of those that are left', async () => (await documents()).length === 2);
  expect(await documents()).toEqual([path('two'), path('two', 'slow')]);
  expect([await textOf(path('two')), await textOf(path('two', 'slow'))]).toEqual(['edited', 'second']);
});

test('a Promise and its requests, deleted together while nobody runs', async () => {
  await Promise.all([leader.kill(), worker.kill()]);
  await world.kubectl('delete', 'databases', '--all', '--wait=false');
  await world.kubectl('delete', 'promise', 'database', 'slow', '--wait=false');
  leader = startProcess(world, 'controller');
  worker = await startWorker();
  for (const name of ['database', 'slow']) await world.untilGone('promise', name);
  expect(await documents()).toEqual([]);
  for (const kind of ['databases', 'slows'])
    expect(await world.object('crd', `${kind}.test.fulfil.io`)).toBeUndefined();
  const left = () => world.kubectl('get', 'works,workplacements', '-A', '-o', 'name');
  expect(await eventually('no Works', async () => ((await left()) === '' ? 'none' : undefined))).toBe('none');
});
