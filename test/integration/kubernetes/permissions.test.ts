import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dump, load } from 'js-yaml';
import { kubectl } from '../../cluster/kubectl.js';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

const namespace = 'kratix-platform-system';
const apiVersion = 'platform.kratix.io/v1alpha1';

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  await world.kubectl('apply', '-f', 'deploy/rbac', '-f', 'deploy/configuration.yaml');
  const kubeconfig = await kubeconfigOf('fulfil-controller');
  controller = await startController({ ...world, cluster: { ...world.cluster, kubeconfig } });
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

interface Kubeconfig {
  readonly clusters: readonly object[];
  readonly users: readonly { readonly name: string }[];
}

/** As the administrator's, but with the token of a service account in place of the certificate. */
async function kubeconfigOf(account: string): Promise<string> {
  const token = (await world.kubectl('create', 'token', account, '-n', namespace)).trim();
  const admin = load(await world.kubectl('config', 'view', '--raw', '--flatten')) as Kubeconfig;
  const users = admin.users.map(({ name }) => ({ name, user: { token } }));
  const path = join(world.cluster.directory, `kubeconfig-${account}`);
  await writeFile(path, dump({ ...admin, users }), { mode: 0o600 });
  return path;
}

async function may(account: string, ...words: string[]): Promise<boolean> {
  const as = ['--as', account.includes(':') ? account : `system:serviceaccount:${namespace}:${account}`];
  const { stdout } = await kubectl(world.cluster.kubeconfig, ['auth', 'can-i', ...words, ...as]);
  return stdout.trim() === 'yes';
}

const refusals = () => controller.lines.filter((line) => /answers 403/.test(line));

test('with its own permissions the controller carries a Promise and a request through their whole life', async () => {
  const store = { kind: 'GitStateStore', name: 'main' };
  await world.apply(
    { apiVersion, kind: store.kind, metadata: { name: store.name }, spec: { url: `file://${repository.path}` } },
    { apiVersion, kind: 'Destination', metadata: { name: 'worker' }, spec: { path: 'worker', stateStoreRef: store } },
    promise('database', { resource: { configure: [pipeline('configure', [echoStage()])] } }),
  );
  await world.until(['promise', 'database'], 'Available', ({ status }) => status?.['status'] === 'Available');
  await eventually('the API', () => world.object('crd', 'databases.test.fulfil.io'));
  await world.kubectl('wait', '--for=condition=Established', 'crd/databases.test.fulfil.io', '--timeout=120s');
  await world.apply(request('database', 'one', { size: 'small' }), {
    apiVersion,
    kind: 'HealthRecord',
    metadata: { name: 'probe', namespace: 'default' },
    data: { promiseRef: { name: 'database' }, resourceRef: { name: 'one', namespace: 'default' }, state: 'healthy' },
  });
  await world.until(['databases', 'one'], 'Reconciled', (shown) => condition(shown, 'Reconciled')?.status === 'True');
  await world.until(['databases', 'one'], 'health', ({ status }) => status?.['healthStatus'] !== undefined);
  await holds('the event', async () => (await world.kubectl('get', 'events')).includes('Health state is healthy'));
});

test("a Promise's API is in the roles that Kubernetes gives to viewers, editors and administrators of a namespace", async () => {
  await world.kubectl('create', 'rolebinding', 'reader', '--clusterrole=view', '--user=team:reader');
  await world.kubectl('create', 'rolebinding', 'writer', '--clusterrole=edit', '--user=team:writer');
  await world.kubectl('create', 'rolebinding', 'owner', '--clusterrole=admin', '--user=team:owner');
  const seen = await eventually('aggregated', async () => (await may('team:reader', 'list', 'databases')) || undefined);
  expect(seen).toBe(true);
  expect(await may('team:reader', 'create', 'databases')).toBe(false);
  for (const user of ['team:writer', 'team:owner']) {
    for (const verb of ['get', 'create', 'delete']) expect(await may(user, verb, 'databases')).toBe(true);
    expect(await may(user, 'create', 'databases', '-n', 'kube-system')).toBe(false);
    expect(await may(user, 'create', 'promises.platform.kratix.io')).toBe(false);
    expect(await may(user, 'patch', 'databases', '--subresource=status')).toBe(false);
  }
});

test('a role that somebody deletes comes back', async () => {
  await world.kubectl('delete', 'clusterrole', 'database-promise-edit');
  await eventually('the role', () => world.object('clusterrole', 'database-promise-edit'));
});

test('the worker may do what its stages need, and neither more than the controller nor less', async () => {
  for (const words of ['create jobs.batch', 'create secrets', 'create serviceaccounts', 'watch pods']) {
    expect([words, await may('fulfil-worker', ...words.split(' '), '-n', 'default')]).toEqual([words, true]);
  }
  expect(await may('fulfil-worker', 'get', 'pods', '--subresource=log', '-n', 'default')).toBe(true);
  expect(await may('fulfil-worker', 'watch', 'configmaps', '-n', namespace)).toBe(true);
  for (const account of ['fulfil-worker', 'fulfil-controller']) {
    for (const words of [
      'create pods',
      'create pods --subresource=exec',
      'delete nodes',
      'update namespaces',
      'impersonate users',
    ]) {
      expect([account, words, await may(account, ...words.split(' '))]).toEqual([account, words, false]);
    }
  }
  expect(await may('fulfil-worker', 'delete', 'promises.platform.kratix.io')).toBe(false);
  expect(await may('fulfil-worker', 'list', 'configmaps', '-n', 'default')).toBe(false);
  expect(await may('fulfil-controller', 'create', 'secrets', '-n', 'default')).toBe(false);
  // It shows what they say in requests.
  const ofRecords = ['healthrecords.platform.kratix.io', '--subresource=status', '-n', 'default'];
  expect(await may('fulfil-controller', 'patch', ...ofRecords)).toBe(false);
});

test('what a deleted Promise was given is taken back, and nothing was refused on the way', async () => {
  await world.kubectl('delete', 'healthrecord', 'probe', '--timeout=120s');
  await world.kubectl('delete', 'promise', 'database', '--timeout=120s');
  await world.kubectl('delete', 'destination', 'worker', '--timeout=120s');
  await world.kubectl('delete', 'gitstatestore', 'main', '--timeout=120s');
  const left = () =>
    world.kubectl('get', 'clusterroles,clusterrolebindings', '-l', 'kratix.io/promise-name', '-o', 'name');
  await eventually('nothing left', async () => (await left()) === '' || undefined);
  // Between the definition and the collected role there is a moment in which the API cannot be listed yet.
  expect(refusals().filter((line) => !line.includes('/databases'))).toEqual([]);
});
