import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { holds } from '../../platform/eventually.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';
import { jenkinsPromise, jenkinsRequest } from './jenkins.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

const store = () => ({
  apiVersion: 'platform.kratix.io/v1alpha1',
  kind: 'GitStateStore',
  metadata: { name: 'main' },
  spec: { url: `file://${repository.path}` },
});
const destination = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'platform.kratix.io/v1alpha1',
  kind: 'Destination',
  metadata: { name, labels },
  spec: { path: name, stateStoreRef: { kind: 'GitStateStore', name: 'main' } },
});

/** As a pipeline leaves it that runs in a namespace of its own. */
const jobOf = (name: string, namespace: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: `of-${name}-in-${namespace}`,
    namespace: 'kratix-platform-system',
    labels: { 'kratix.io/promise-name': 'jenkins', 'kratix.io/resource-name': name },
    annotations: {
      'kratix.io/job-resource-kind': 'jenkins',
      'kratix.io/job-resource-name': name,
      'kratix.io/job-resource-namespace': namespace,
    },
  },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'stage', image: 'none' }] } } },
});

const isReady = (object: Shown) => condition(object, 'Ready')?.status === 'True';
const isReconciled = (object: Shown) => condition(object, 'Reconciled')?.status === 'True';
const rows = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

test('a state store and a Destination become Ready', async () => {
  await world.apply(store(), destination('worker-cluster', { environment: 'dev' }));
  await world.until(['gitstatestore', 'main'], 'Ready', isReady);
  const shown = await world.until(['destination', 'worker-cluster'], 'Ready', isReady);
  expect(condition(shown, 'Ready')).toMatchObject({
    reason: 'TestDocumentsWritten',
    message: 'Test documents written to State Store',
  });
  expect(rows(await world.kubectl('get', 'destinations'))[1]).toEqual([
    'worker-cluster',
    'GitStateStore',
    'main',
    'True',
  ]);
  expect(rows(await world.kubectl('get', 'gitstatestores'))[1]?.at(-1)).toBe('True');
});

test('a Promise becomes an API and is Available', async () => {
  await world.apply(await jenkinsPromise());
  const shown = await world.until(
    ['promise', 'jenkins'],
    'Available',
    ({ status }) => status?.['status'] === 'Available',
  );
  expect(rows(await world.kubectl('get', 'promises'))).toEqual([
    ['NAME', 'STATUS', 'KIND', 'API VERSION', 'VERSION', 'MESSAGE'],
    ['jenkins', 'Available', 'jenkins', 'marketplace.kratix.io/v1alpha1', 'v1.0.0', 'Promise configured'],
  ]);
  expect(shown.metadata.finalizers).toEqual(['fulfil.io/entity']);
  expect(shown.status).toMatchObject({ observedGeneration: 1, workflows: 0, kratix: { status: 'Available' } });
  const definition = await world.object('crd', 'jenkins.marketplace.kratix.io');
  expect(definition?.metadata.labels).toEqual({ 'kratix.io/promise-name': 'jenkins' });
  const works = (await world.kubectl('get', 'works', '-n', 'kratix-platform-system', '-o', 'name')).trim();
  expect(works).toMatch(/^work.platform.kratix.io\/jenkins-static-deps-[0-9a-f]{5}$/);
});

test('a request is fulfilled, with columns, conditions, events, Works and WorkPlacements', async () => {
  await world.apply(jenkinsRequest('example'));
  const shown = await world.until(['jenkins', 'example'], 'Reconciled', isReconciled);
  expect(rows(await world.kubectl('get', 'jenkins'))).toEqual([
    ['NAME', 'MESSAGE', 'STATUS'],
    ['example', 'renders dev', 'Reconciled'],
  ]);
  expect(shown.metadata.labels).toEqual({ 'kratix.io/promise-name': 'jenkins' });
  expect(shown.status).toMatchObject({
    ...{ observedGeneration: 1, promiseVersion: 'v1.0.0', url: 'http://example' },
    ...{ workflows: 1, workflowsSucceeded: 1, workflowsFailed: 0 },
    kratix: { workflows: { pipelines: [{ name: 'instance-configure', phase: 'Succeeded' }] } },
  });
  expect(shown.status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['ConfigureWorkflowCompleted', 'True', 'PipelinesExecutedSuccessfully'],
    ['Reconciled', 'True', 'Reconciled'],
    ['WorksSucceeded', 'True', 'WorksSucceeded'],
  ]);
  const files = await repository.files();
  expect(files).toContain('worker-cluster/resources/default/jenkins/example/instance-configure/5058f/jenkins.yaml');
  const works = rows(await world.kubectl('get', 'works', '--no-headers'));
  expect(works).toEqual([[expect.stringMatching(/^jenkins-example-instance-configure-[0-9a-f]{5}$/), 'Ready']]);
  const placements = rows(await world.kubectl('get', 'workplacements', '--no-headers'));
  expect(placements).toEqual([[`${works[0]?.[0]}.worker-cluster-5058f`, 'worker-cluster', 'Ready']]);
  const events = await world.kubectl(
    'get',
    'events',
    '-o',
    'custom-columns=R:.reason,O:.regarding.name,F:.involvedObject.name',
    '--no-headers',
  );
  expect(
    rows(events)
      .filter((row) => row.includes('example'))
      .map(([reason]) => reason)
      .sort(),
  ).toEqual(['BindingCreated', 'PipelineStarted', 'ReconcileSucceeded', 'WorksSucceeded']);
});

test('a condition of somebody else stays beside ours', async () => {
  const theirs = { type: 'Audited', status: 'True', reason: 'Audited', message: 'as agreed' };
  const add = JSON.stringify([{ op: 'add', path: '/status/conditions/-', value: theirs }]);
  await world.kubectl('patch', 'jenkins', 'example', '--subresource=status', '--type=json', '-p', add);
  expect(condition(await world.object('jenkins', 'example'), 'Audited')).toMatchObject(theirs);
});

test('an idle platform makes no writes', async () => {
  expect(await world.writesDuring(5_000)).toEqual([]);
});

test('an edit is carried out; a label alone repeats nothing', async () => {
  await world.apply(jenkinsRequest('example', 'prod'));
  const shown = await world.until(['jenkins', 'example'], 'renders prod', ({ status, metadata }) => {
    return status?.['observedGeneration'] === metadata.generation && status?.['message'] === 'renders prod';
  });
  expect(shown.metadata.generation).toBe(2);
  expect(condition(shown, 'Audited')?.status).toBe('True');
  const path = 'worker-cluster/resources/default/jenkins/example/instance-configure/5058f/jenkins.yaml';
  expect(await repository.read(path)).toContain('env: prod');
  const runs = (await world.platform.entities.status('resource/jenkins/default/example'))?.runs.length;
  await world.kubectl('label', 'jenkins', 'example', 'team=a');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await world.platform.entities.status('resource/jenkins/default/example'))?.runs).toHaveLength(runs ?? -1);
});

test('a restarted controller writes nothing when nothing changed, and carries out what happened meanwhile', async () => {
  await controller.stop();
  const writes = world.writesDuring(8_000);
  controller = await startController(world);
  expect(await writes).toEqual([]);
  await controller.stop();
  await world.apply(jenkinsRequest('second'));
  await world.kubectl('delete', 'jenkins', 'example', '--wait=false');
  controller = await startController(world);
  await world.until(['jenkins', 'second'], 'Reconciled', isReconciled);
  await world.untilGone('jenkins', 'example');
  expect((await repository.files()).filter((file) => file.includes('/example/'))).toEqual([]);
});

test('Jobs of a request go with it, wherever they are; those of a namesake stay', async () => {
  await world.kubectl('create', 'namespace', 'team');
  await world.apply(jobOf('second', 'default'), jobOf('second', 'team'));
  await world.kubectl('delete', 'jenkins', 'second', '--timeout=120s');
  await world.untilGone('job', 'of-second-in-default', '-n', 'kratix-platform-system');
  expect(await world.object('job', 'of-second-in-team', '-n', 'kratix-platform-system')).toBeDefined();
  await world.apply(jenkinsRequest('second'));
  await world.until(['jenkins', 'second'], 'Reconciled', isReconciled);
});

test('a bad Promise gets a condition and an event that say what is wrong', async () => {
  await world.apply({ ...(await jenkinsPromise()), metadata: { name: 'rival' } });
  const shown = await world.until(
    ['promise', 'rival'],
    'refused',
    (object) => condition(object, 'Accepted') !== undefined,
  );
  const message = 'Promise rival: spec.api: jenkins (marketplace.kratix.io) is already the API of Promise jenkins';
  expect(condition(shown, 'Accepted')).toMatchObject({ status: 'False', reason: 'DocumentRefused', message });
  expect(shown.status).toMatchObject({ status: 'Unavailable', message });
  await holds('the event', async () => (await world.kubectl('get', 'events')).includes(message));
  await world.kubectl('delete', 'promise', 'rival');
  expect((await world.object('crd', 'jenkins.marketplace.kratix.io'))?.metadata.labels).toEqual({
    'kratix.io/promise-name': 'jenkins',
  });
});

test('a deleted Promise takes its requests, documents and API along', async () => {
  await world.kubectl('delete', 'promise', 'jenkins', '--timeout=120s');
  expect(await world.object('crd', 'jenkins.marketplace.kratix.io')).toBeUndefined();
  expect((await repository.files()).filter((file) => !file.includes('canary'))).toEqual([]);
  const left = () => world.kubectl('get', 'works,workplacements', '-A', '-o', 'name');
  await holds('nothing left', async () => (await left()) === '');
});

test('a store in use stays; then Destination and store go', async () => {
  await world.kubectl('delete', 'gitstatestore', 'main', '--wait=false');
  const shown = await world.until(
    ['gitstatestore', 'main'],
    'in use',
    (object) => condition(object, 'Ready')?.reason === 'InUse',
  );
  expect(condition(shown, 'Ready')?.message).toBe('cannot be deleted: used by Destination worker-cluster');
  await world.kubectl('delete', 'destination', 'worker-cluster', '--timeout=120s');
  await world.untilGone('gitstatestore', 'main');
});
