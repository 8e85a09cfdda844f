import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { fulfilOne, isEstablished, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

const status = { endpoint: 'db.test', conditions: [{ type: 'Seeded', status: 'True', reason: 'Done', message: 'x' }] };
const tell = stage('tell', `echo '${JSON.stringify(status)}' > /kratix/metadata/status.yaml`);
const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/default/'));

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  await world.apply(...platformObjects(repository));
  const resource = {
    configure: [pipeline('configure', [echoStage(), tell])],
    delete: [pipeline('leave', [stage('bye', 'true')])],
  };
  await fulfilOne(world, 'database', promise('database', { resource }));
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

test('with the artifact store lost, and nothing else, objects still show what happens to them', async () => {
  await rm(join(world.platform.home, 'artifacts'), { recursive: true });
  await world.kubectl('label', 'databases', 'one', 'kratix.io/paused=true');
  const paused = await world.until(['databases', 'one'], 'Paused', (object) => {
    return condition(object, 'Reconciled')?.reason === 'PausedReconciliation';
  });
  expect(paused.status).toMatchObject({ endpoint: 'db.test' });
  expect(condition(paused, 'Seeded')).toMatchObject({ status: 'True', message: 'x' });
  expect(await world.kubectl('get', 'events', '--field-selector', 'reason=ArtifactMissing')).toContain('one');
});

test('a controller that starts brings the documents back, and pipelines the rest', async () => {
  const kept = await documents();
  await world.kubectl('delete', 'works', '--all', '--all-namespaces');
  await controller.stop();
  controller = await startController(world);
  await world.kubectl('label', 'databases', 'one', 'kratix.io/paused-');
  const again = await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  expect(again.status).toMatchObject({ endpoint: 'db.test', workflowsSucceeded: 1 });
  expect(condition(again, 'Seeded')).toMatchObject({ status: 'True' });
  expect(await documents()).toEqual(kept);
  expect(await world.kubectl('get', 'works', '--all-namespaces', '-o', 'name')).toMatch(/^\S+\n$/);
});

test('a spec that changes is taken although the one before was lost', async () => {
  await rm(join(world.platform.home, 'artifacts'), { recursive: true });
  await world.kubectl('annotate', 'promise', 'database', 'fulfil.io/timeout=10m');
  await world.apply(request('database', 'one', { size: 'large' }));
  await world.until(['databases', 'one'], 'Reconciled', (object) => {
    return isReconciled(object) && object.metadata.generation === 2;
  });
});

test('a request goes although its documents were lost', async () => {
  await rm(join(world.platform.home, 'artifacts'), { recursive: true });
  await controller.stop();
  controller = await startController(world);
  await world.kubectl('delete', 'databases', 'one', '--timeout=100s');
  expect(await documents()).toEqual([]);
});

test('a Promise whose version changed since the loss is taken, and a request that is bound to an older one runs with it', async () => {
  const library = (version: string) => {
    const configure = [pipeline('configure', [stage('say', `echo "said: ${version}" >/kratix/output/said.yaml`)])];
    return promise('library', { version, resource: { configure }, annotations: { 'fulfil.io/timeout': '2h' } });
  };
  const revision = async (version: string) => {
    const { items } = JSON.parse(await world.kubectl('get', 'promiserevisions', '-o', 'json')) as { items: Shown[] };
    return items.find(({ spec }) => spec?.['version'] === version);
  };
  await world.apply(library('v1'));
  await world.until(['crd', 'librarys.test.fulfil.io'], 'Established', isEstablished);
  await world.apply(request('library', 'old', {}));
  await world.until(['librarys', 'old'], 'Reconciled', isReconciled);
  const bindings = ['get', 'resourcebindings', '-o', 'name', '-l', 'kratix.io/promise-name=library'];
  const binding = (await world.kubectl(...bindings)).trim();
  await world.kubectl('patch', binding, '--type=merge', '-p', '{"spec":{"version":"v1"}}');
  await world.until(['librarys', 'old'], 'bound', ({ status }) => status?.['resourceBindingVersion'] === 'v1');
  await world.apply(library('v2'));
  await holds('v2', async () => (await revision('v2')) !== undefined);

  await rm(join(world.platform.home, 'artifacts'), { recursive: true });
  await world.apply(library('v3'));
  await holds('v3 to be the latest', async () => {
    const latest = async (version: string) => (await revision(version))?.status?.['latest'];
    return (await latest('v3')) === true && (await latest('v2')) === false;
  });
  expect((await revision('v2'))?.spec).toMatchObject({ promiseSpec: library('v2')['spec'] });

  const source = async () => (await revision('v1'))?.metadata['annotations'];
  const before = await source();
  await controller.stop();
  controller = await startController(world);
  await world.kubectl('label', 'librarys', 'old', 'kratix.io/manual-reconciliation=true');
  await world.until(['librarys', 'old'], 'run anew', (object) => {
    return isReconciled(object) && object.metadata.labels?.['kratix.io/manual-reconciliation'] === undefined;
  });
  // It is the same document, down to the annotations that pipelines run with.
  expect(before).toMatchObject({ 'fulfil.io/promise-metadata': expect.stringContaining('"fulfil.io/timeout":"2h"') });
  expect(await source()).toEqual(before);
  const said = (await repository.files()).filter((file) => file.endsWith('said.yaml'));
  expect(await Promise.all(said.map((file) => repository.read(file)))).toEqual(['said: v1']);
});

test('what cannot be taken, however often it is tried, says so beside it, and is taken when it can be', async () => {
  const artifacts = join(world.platform.home, 'artifacts');
  await rename(artifacts, `${artifacts}.away`);
  await writeFile(artifacts, 'in the way');
  await world.apply(request('database', 'late', { size: 'small' }));
  const selector = 'reason=NotReconciled,involvedObject.name=late';
  const told = () => world.kubectl('get', 'events', '--field-selector', selector, '-o', 'jsonpath={.items[*].message}');
  await holds('a Warning', async () => (await told()) !== '');
  expect(await told()).toMatch(/^artifact .*ENOTDIR.*; tried again until it succeeds$/);
  // What else happens to objects is shown meanwhile.
  await world.kubectl('label', 'promise', 'database', 'kratix.io/paused=true');
  await world.until(['promise', 'database'], 'paused', (object) => {
    return condition(object, 'Reconciled')?.reason === 'PausedReconciliation';
  });
  await world.kubectl('label', 'promise', 'database', 'kratix.io/paused-');
  await rm(artifacts);
  await rename(`${artifacts}.away`, artifacts);
  await world.until(['databases', 'late'], 'Reconciled', isReconciled);
});
