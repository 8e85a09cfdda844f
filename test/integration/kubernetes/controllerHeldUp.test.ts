import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { fulfilOne, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

const configure = [pipeline('configure', [echoStage()])];
const versioned = (name: string, version: string) => promise(name, { version, resource: { configure } });

/** What others hold, or do not let us write, is said beside the objects that wait for it. */
beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  await world.apply(...platformObjects(repository));
  await fulfilOne(world, 'database', versioned('database', 'v1'));
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

/** Refuses some writes from a moment after this on. */
async function deny(name: string, rule: object, message: string): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name };
  await world.apply(
    {
      ...{ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'false', message, reason: 'Forbidden' }],
      },
    },
    {
      ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  );
}

const eventsOf = (reason: string) => world.kubectl('get', 'events', '--field-selector', `reason=${reason}`);

function says(message: string) {
  return ({ status }: Shown) => status?.['message'] === message;
}

/** Somebody else's finalizer. */
async function holdBack(kind: string, name: string, held: boolean): Promise<void> {
  const op = held ? 'add' : 'remove';
  const patch = JSON.stringify([{ op, path: '/metadata/finalizers/1', value: 'example.com/backup' }]);
  await world.kubectl('patch', kind, name, '--type=json', `--patch=${patch}`);
}

test('a Work that the cluster refuses is told of beside its request, which gets on without it', async () => {
  const operations = ['CREATE'];
  const works = { apiGroups: ['platform.kratix.io'], apiVersions: ['*'], operations, resources: ['works'] };
  await deny('no-works', works, 'no more Works here');
  // A policy counts a moment after it was made; until then a Work that is deleted comes back.
  await holds('told', async () => {
    await world.kubectl('delete', 'works', '--all', '--all-namespaces');
    return (await eventsOf('WorkNotShown')).includes('no more Works here');
  });
  await world.apply(request('database', 'one', { size: 'huge' }));
  await world.until(['databases', 'one'], 'Reconciled', (object) => {
    return isReconciled(object) && object.metadata.generation === 2;
  });
  expect(await world.kubectl('get', 'works', '-o', 'name')).toBe('');
  // However often it was looked at since.
  expect((await eventsOf('WorkNotShown')).match(/no more Works here/g)).toHaveLength(1);
  await world.kubectl('delete', 'validatingadmissionpolicybinding', 'no-works');
});

test('a status that the cluster refuses is told of beside its object, and shown when it can be', async () => {
  const operations = ['UPDATE'];
  const statuses = { apiGroups: ['test.fulfil.io'], apiVersions: ['*'], operations, resources: ['databases/status'] };
  await deny('no-status', statuses, 'no status here');
  await holds('refused', async () => {
    const probe = JSON.stringify({ status: { probe: String(Date.now()) } });
    const patched = world.kubectl('patch', 'databases', 'one', '--subresource=status', '--type=merge', '-p', probe);
    return patched.then(
      () => false,
      () => true,
    );
  });
  await world.apply(request('database', 'one', { size: 'tiny' }));
  await holds('told', async () => (await eventsOf('NotReconciled')).includes('no status here'));
  await world.kubectl('delete', 'validatingadmissionpolicybinding', 'no-status');
  await world.until(['databases', 'one'], 'Reconciled', (object) => {
    return isReconciled(object) && object.metadata.generation === 3;
  });
});

test('a revision that goes names the requests that it waits for', async () => {
  await fulfilOne(world, 'cache', versioned('cache', 'v1'));
  const named = async (kind: string, path: string, value: string) => {
    const line = `{range .items[?(@.spec.${path}=="${value}")]}{.metadata.name} {end}`;
    return (await world.kubectl('get', kind, '-o', `jsonpath=${line}`)).trim();
  };
  const binding = await named('resourcebindings', 'promiseRef.name', 'cache');
  await world.kubectl('patch', 'resourcebinding', binding, '--type=merge', '-p', '{"spec":{"version":"v1"}}');
  await world.apply(versioned('cache', 'v2'));
  await holds('another version', async () => (await named('promiserevisions', 'version', 'v2')) !== '');
  const revisions = (await named('promiserevisions', 'version', 'v1')).split(' ');
  const revision = revisions.find((name) => name.startsWith('cache')) ?? '';
  await holdBack('caches', 'one', true);
  await world.kubectl('delete', 'promiserevision', revision, '--wait=false');
  const going = await world.until(['promiserevision', revision], 'waits', (object) => {
    return condition(object, 'Deleting') !== undefined;
  });
  expect(condition(going, 'Deleting')).toMatchObject({
    status: 'True',
    reason: 'WaitingForResources',
    message: 'waiting for 1 resource(s): default/one',
  });
  await world.kubectl('patch', 'caches', 'one', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  await world.untilGone('promiserevision', revision);
});

test('a Promise that goes names who holds its requests', async () => {
  await holdBack('databases', 'one', true);
  await world.kubectl('delete', 'promise', 'database', '--wait=false');
  const message = 'waiting for 1 resource(s) held by example.com/backup: default/one';
  await world.until(['promise', 'database'], 'waits', says(message));
  await world.kubectl('patch', 'databases', 'one', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  await world.untilGone('promise', 'database');
});

test('a Promise whose definition somebody deleted waits for its end, and is taken then', async () => {
  const name = 'queues.test.fulfil.io';
  const version = (wanted: string) => (object: Shown) =>
    object.status?.['version'] === wanted && condition(object, 'Available')?.status === 'True';
  const finalizers = (wanted: readonly string[]) =>
    world.kubectl('patch', 'crd', name, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: wanted } }));
  await world.apply(versioned('queue', 'v1'));
  await world.until(['promise', 'queue'], 'v1', version('v1'));
  const before = await world.object('crd', name);
  await finalizers(['example.com/backup']);
  await world.kubectl('delete', 'crd', name, '--wait=false');
  await world.apply(versioned('queue', 'v2'));
  await world.until(['promise', 'queue'], 'waits', (object) => {
    return (
      says(`waiting for CustomResourceDefinition ${name}, which is being deleted`)(object) && version('v1')(object)
    );
  });
  await world.until(['crd', name], 'held by somebody else alone', ({ metadata }) => metadata.finalizers?.length === 1);
  await finalizers([]);
  await world.until(['promise', 'queue'], 'v2', version('v2'));
  expect((await world.object('crd', name))?.metadata['uid']).not.toBe(before?.metadata['uid']);
});
