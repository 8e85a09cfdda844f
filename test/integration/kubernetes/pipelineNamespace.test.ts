import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { isEstablished } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

const apiVersion = 'platform.kratix.io/v1alpha1';
const store = { kind: 'GitStateStore', name: 'main' };
type PromiseWorkflows = { readonly spec: { readonly workflows: object } };
const plain = promise('database', {
  resource: { configure: [pipeline('configure', [echoStage()])] },
}) as unknown as PromiseWorkflows;
const config = { pipelineNamespace: 'team-a' };
const database = { ...plain, spec: { ...plain.spec, workflows: { ...plain.spec.workflows, config } } };

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  await world.kubectl('create', 'namespace', 'team-a');
  await world.kubectl('create', 'namespace', 'other');
  await world.apply(
    { apiVersion, kind: store.kind, metadata: { name: store.name }, spec: { url: `file://${repository.path}` } },
    { apiVersion, kind: 'Destination', metadata: { name: 'worker' }, spec: { path: 'worker', stateStoreRef: store } },
    database,
  );
  await world.until(['crd', 'databases.test.fulfil.io'], 'Established', isEstablished);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/team-a/'));
const works = async (namespace: string) => {
  const { items } = JSON.parse(await world.kubectl('get', 'works', '-n', namespace, '-o', 'json')) as {
    items: Shown[];
  };
  return items;
};

test('documents and Works of a request are where its pipelines run', async () => {
  await world.apply(request('database', 'one', { size: 'small' }));
  await world.until(['databases', 'one'], 'Reconciled', (shown) => condition(shown, 'Reconciled')?.status === 'True');
  expect(await documents()).toEqual(['worker/resources/team-a/database/one/configure/5058f/out.yaml']);
  const [work, ...others] = await works('team-a');
  expect(others).toEqual([]);
  expect(work?.metadata.labels).toMatchObject({
    'kratix.io/resource-name': 'one',
    'kratix.io/resource-namespace': 'default',
  });
  // The garbage collector would take what has an owner in another namespace.
  expect(work?.metadata['ownerReferences']).toBeUndefined();
  expect(await works('default')).toEqual([]);
});

test('a Work that somebody deletes comes back', async () => {
  const [work] = await works('team-a');
  await world.kubectl('delete', 'work', '-n', 'team-a', work?.metadata.name ?? '');
  const again = ['work', '-n', 'team-a', work?.metadata.name ?? ''];
  await world.until(again, 'back', ({ metadata }) => metadata['uid'] !== work?.metadata['uid']);
});

test('a second request of the same name would write the same path, and is refused', async () => {
  const rival = request('database', 'one', { size: 'large' }) as { metadata: object };
  await world.apply({ ...rival, metadata: { ...rival.metadata, namespace: 'other' } });
  const shown = await world.until(
    ['databases', 'one', '-n', 'other'],
    'refused',
    (object) => condition(object, 'Accepted') !== undefined,
  );
  expect(condition(shown, 'Accepted')?.message).toBe(
    'database other/one: metadata.name: the pipelines of Promise database all run in namespace team-a, and default/one has this name there already',
  );
  await world.kubectl('delete', 'databases', 'one', '-n', 'other', '--timeout=120s');
  expect(await documents()).toHaveLength(1);
});

test('of two that come together the elder is served', async () => {
  const spaces = ['default', 'other'];
  const both = spaces.map((namespace) => {
    const each = request('database', 'twin', { size: 'small' }) as { metadata: object };
    return { ...each, metadata: { ...each.metadata, namespace } };
  });
  await world.apply({ apiVersion: 'v1', kind: 'List', items: both });
  await world.until(['databases', 'twin'], 'Reconciled', (shown) => condition(shown, 'Reconciled')?.status === 'True');
  const refused = await world.until(['databases', 'twin', '-n', 'other'], 'refused', (object) => {
    return condition(object, 'Accepted')?.status === 'False';
  });
  expect(condition(refused, 'Accepted')?.message).toContain('and default/twin has this name there already');
  await world.kubectl('delete', 'databases', 'twin', '-n', 'other', '--timeout=120s');
  await world.kubectl('delete', 'databases', 'twin', '--timeout=120s');
});

test('another namespace is another path', async () => {
  await world.apply(plain);
  const path = 'worker/resources/default/database/one/configure/5058f/out.yaml';
  await world.until(['promise', 'database'], 'edited', ({ metadata, status }) => {
    return metadata.generation === 2 && status?.['observedGeneration'] === 2;
  });
  await world.kubectl('patch', 'databases', 'one', '--type=merge', '-p', '{"spec":{"size":"large"}}');
  await world.until(['databases', 'one'], 'Reconciled', (shown) => {
    return shown.status?.['observedGeneration'] === 2 && condition(shown, 'Reconciled')?.status === 'True';
  });
  expect((await repository.files()).filter((file) => file.includes('/resources/'))).toContain(path);
  expect(await documents()).toEqual([]);
  expect(await works('team-a')).toEqual([]);
  expect(await works('default')).toHaveLength(1);
});

test('a Promise cannot take a namespace in which its requests would have one path', async () => {
  const rival = request('database', 'one', { size: 'large' }) as { metadata: object };
  await world.apply({ ...rival, metadata: { ...rival.metadata, namespace: 'other' } });
  await world.until(['databases', 'one', '-n', 'other'], 'Reconciled', (shown) => {
    return condition(shown, 'Reconciled')?.status === 'True';
  });
  await world.apply(database);
  const shown = await world.until(['promise', 'database'], 'refused', (object) => {
    return condition(object, 'Accepted')?.status === 'False';
  });
  expect(condition(shown, 'Accepted')?.message).toMatch(
    /^Promise database: spec\.workflows\.config\.pipelineNamespace: documents of the requests .* would have one path in namespace team-a$/,
  );
});
