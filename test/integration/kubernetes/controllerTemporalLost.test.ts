import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { gate } from '../../platform/gate.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { fulfilOne, isEstablished, isReady, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  const held = gate(world.platform.home, 'lost');
  await world.apply(
    ...platformObjects(repository),
    promise('database', { resource: { configure: [pipeline('configure', [echoStage()])] } }),
    promise('slow', { resource: { configure: [pipeline('configure', [stage('hold', held.script), echoStage()])] } }),
  );
  for (const kind of ['databases', 'slows']) {
    await world.until(['crd', `${kind}.test.fulfil.io`], 'Established', isEstablished);
  }
  await world.apply(...['one', 'two'].map((name) => request('database', name, { size: 'small' })));
  for (const name of ['one', 'two']) await world.until(['databases', name], 'Reconciled', isReconciled);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

const path = (name: string, kind = 'database') => `worker/resources/default/${kind}/${name}/configure/5058f/out.yaml`;
const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/default/'));
const entity = (id: string) => world.platform.entities.status(id);
const typeOf = async (id: string) => (await world.platform.client.workflow.getHandle(id).describe()).type;

test('Temporal and all that it knew, lost under a running controller in the middle of a run', async () => {
  const held = gate(world.platform.home, 'lost');
  await world.apply(request('slow', 'one', { size: 'patient' }));
  await held.reached();
  const before = await repository.read(path('one'));
  await world.kubectl('delete', 'databases', 'two', '--wait=false');
  await world.platform.loseTemporal();
  await world.apply(request('database', 'three', { size: 'after' }));

  await holds('every object is known again', async () => (await entity('resource/slow/default/one')) !== undefined);
  await held.openDuring(world.until(['slows', 'one'], 'Reconciled', isReconciled));
  await world.untilGone('databases', 'two');
  for (const name of ['one', 'three']) {
    // What the object shows may still be from before the loss.
    await holds('known and ready', async () => (await entity(`resource/database/default/${name}`))?.phase === 'Ready');
    await world.until(['databases', name], 'Reconciled', isReconciled);
  }
  await world.until(['destination', 'worker'], 'Ready', isReady);
  expect(await documents()).toEqual([path('one'), path('three'), path('one', 'slow')]);
  expect(await repository.read(path('one'))).toBe(before);
});

test('documents of pipelines that an object no longer gets to are known after the loss, and go with the object', async () => {
  // It would begin anew at each loss, and wait at its gate.
  await world.kubectl('delete', 'promise', 'slow', '--timeout=120s');
  const check = stage('check', '! grep -q broken /kratix/input/object.yaml');
  const configure = [pipeline('first', [check, echoStage()]), pipeline('second', [echoStage()])];
  await world.apply(promise('fickle', { resource: { configure } }));
  await world.until(['crd', 'fickles.test.fulfil.io'], 'Established', isEstablished);
  await world.apply(request('fickle', 'one', { size: 'small' }));
  await world.until(['fickles', 'one'], 'Reconciled', isReconciled);
  const fickle = async () => (await repository.files()).filter((file) => file.includes('/default/fickle/'));
  const written = ['first', 'second'].map((name) => `worker/resources/default/fickle/one/${name}/5058f/out.yaml`);
  expect(await fickle()).toEqual(written);

  await world.apply(request('fickle', 'one', { size: 'broken' }));
  const failed = async () => (await entity('resource/fickle/default/one'))?.phase === 'Failed';
  await holds('its run has failed', failed);
  await world.platform.loseTemporal();
  await holds('its run has failed again', failed);
  const works = (await entity('resource/fickle/default/one'))?.works ?? [];
  expect(works.map(({ pipeline }) => pipeline)).toEqual(['first', 'second']);
  expect(await fickle()).toEqual(written);

  await world.kubectl('delete', 'fickles', 'one', '--timeout=120s');
  expect(await fickle()).toEqual([]);
  await world.kubectl('delete', 'promise', 'fickle', '--timeout=120s');
});

test('an object that is deleted while Temporal is lost runs nothing but its deletion', async () => {
  await world.apply(request('database', 'four', { size: 'small' }));
  await world.until(['databases', 'four'], 'Reconciled', isReconciled);
  await controller.stop();
  await world.kubectl('delete', 'databases', 'four', '--wait=false');
  await world.platform.loseTemporal();
  controller = await startController(world);
  await world.untilGone('databases', 'four');
  expect(await documents()).not.toContain(path('four'));
  expect(await typeOf('resource/database/default/four/run-1')).toBe('deleteRun');
});

test('what pipelines wrote in the status is known after the loss, to the delete pipelines of an object that left no documents too', async () => {
  const id = "$(sed -n 's/^  externalId: *//p' /kratix/input/object.yaml)";
  const make = `id=${id}; echo "externalId: \${id:-$(cat /proc/sys/kernel/random/uuid)}" >/kratix/metadata/status.yaml`;
  const resource = {
    configure: [pipeline('make', [stage('make', make)])],
    delete: [pipeline('drop', [stage('drop', `test -n "${id}"`)])],
  };
  await world.apply(promise('account', { resource }));
  await world.until(['crd', 'accounts.test.fulfil.io'], 'Established', isEstablished);
  await world.apply(...['one', 'two'].map((name) => request('account', name)));
  const made = await world.until(['accounts', 'one'], 'Reconciled', isReconciled);
  await world.until(['accounts', 'two'], 'Reconciled', isReconciled);
  expect(made.status?.['externalId']).toMatch(/^[0-9a-f-]{36}$/);

  await controller.stop();
  await world.kubectl('delete', 'accounts', 'two', '--wait=false');
  await world.platform.loseTemporal();
  controller = await startController(world);
  await world.untilGone('accounts', 'two');
  expect(await typeOf('resource/account/default/two/run-1')).toBe('deleteRun');
  await holds('known again', async () => (await entity('resource/account/default/one'))?.phase === 'Ready');
  const shown = await world.until(['accounts', 'one'], 'Reconciled', isReconciled);
  expect(shown.status?.['externalId']).toBe(made.status?.['externalId']);

  // A Promise that has no documents of its own is owed its requests all the same.
  await controller.stop();
  await world.kubectl('delete', 'promise', 'account', '--wait=false');
  await world.platform.loseTemporal();
  controller = await startController(world);
  await world.untilGone('promise', 'account');
  expect(await typeOf('resource/account/default/one/run-1')).toMatch(/Run$/);
});

test('a Promise that waits for a lost request whose document is refused now says so, and goes when it is mended', async () => {
  const resource = { configure: [pipeline('configure', [echoStage()])] };
  await fulfilOne(world, 'strict', promise('strict', { resource }));
  await controller.stop();
  await world.platform.loseTemporal();
  const size = '/spec/api/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size';
  const maxLength = JSON.stringify([{ op: 'add', path: `${size}/maxLength`, value: 3 }]);
  await world.kubectl('patch', 'promise', 'strict', '--type=json', `--patch=${maxLength}`);
  await world.kubectl('delete', 'promise', 'strict', '--wait=false');
  controller = await startController(world);

  await world.until(['promise', 'strict'], 'says for what it waits', ({ status }) => {
    return status?.['message'] === 'waiting for 1 resource(s) to be known again: default/one';
  });
  const refused = await world.until(['stricts', 'one'], 'refused', (object) => {
    return condition(object, 'Accepted')?.reason === 'DocumentRefused';
  });
  expect(condition(refused, 'Accepted')?.message).toContain('spec.size');
  expect(await documents()).toContain(path('one', 'strict'));
  await controller.quiet();

  await world.apply(request('strict', 'one', { size: 'big' }));
  await world.untilGone('promise', 'strict');
  expect(await documents()).not.toContain(path('one', 'strict'));
});

test('a request whose Promise is refused now says that it waits for it, and keeps what it shows of its pipelines', async () => {
  const tell = stage('tell', 'echo "endpoint: db.test" >/kratix/metadata/status.yaml');
  const pattern = async (op: 'add' | 'remove') => {
    const size = '/spec/api/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size';
    const patch = JSON.stringify([{ op, path: `${size}/pattern`, value: '[' }]);
    await world.kubectl('patch', 'promise', 'told', '--type=json', `--patch=${patch}`);
  };
  await fulfilOne(world, 'told', promise('told', { resource: { configure: [pipeline('tell', [tell])] } }));
  await controller.stop();
  await world.platform.loseTemporal();
  await pattern('add');
  controller = await startController(world);

  await world.until(['promise', 'told'], 'refused', ({ status }) => status?.['status'] === 'Unavailable');
  const waiting = await world.until(['tolds', 'one'], 'waits', ({ status }) => {
    return status?.['message'] === 'waiting for Promise told, which is not installed yet';
  });
  expect(waiting.status).toMatchObject({ endpoint: 'db.test' });
  expect(condition(waiting, 'ConfigureWorkflowCompleted')).toMatchObject({ status: 'True' });

  await pattern('remove');
  const again = await world.until(['tolds', 'one'], 'Reconciled', (object) => {
    return isReconciled(object) && object.status?.['message'] === 'Resource requested';
  });
  expect(again.status).toMatchObject({ endpoint: 'db.test' });
});

test('an entity that somebody terminated is taken for lost: documents go with its object, or with its Promise', async () => {
  await world.apply(...['five', 'six'].map((name) => request('database', name, { size: 'small' })));
  for (const name of ['five', 'six']) {
    await world.until(['databases', name], 'Reconciled', isReconciled);
    await world.platform.client.workflow.getHandle(`resource/database/default/${name}`).terminate('by hand');
  }
  await world.kubectl('delete', 'databases', 'five', '--timeout=120s');
  expect(await documents()).not.toContain(path('five'));
  expect(await documents()).toContain(path('six'));
});

test("a Promise's entity that somebody terminated is begun anew, and knows its requests again", async () => {
  await world.platform.client.workflow.getHandle('promise/database').terminate('by hand');
  await world.kubectl('annotate', 'promise', 'database', 'looked-at=again');
  const isKnown = async () => (await entity('promise/database'))?.resources?.includes('default/one') === true;
  await holds('the request is known again', isKnown);
});

test('and with it everything goes on', async () => {
  await world.apply(request('database', 'one', { size: 'large' }));
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
  expect(await repository.read(path('one'))).toContain('text: large');
  await world.kubectl('delete', 'promise', 'database', '--timeout=80s');
  expect(await documents()).toEqual([]);
});
