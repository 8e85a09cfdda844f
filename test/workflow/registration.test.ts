import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { configMap, destination, promise } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { ended, execute, failure, handOver } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { writeSecret } from '../platform/secrets.js';
import type { GitHttpServer } from '../servers/gitHttpServer.js';
import { gitHttpServer } from '../servers/gitHttpServer.js';
import type { GitRepository } from '../servers/gitRepository.js';
import { gitRepository } from '../servers/gitRepository.js';

/** What happens to a registration while its store is looked at: the server lets the look wait until the test lets go. */
const name = { kind: 'GitStateStore', name: 'web' };
let platform: Platform;
let repository: GitRepository;
let web: GitHttpServer;
let store: object;

beforeAll(async () => {
  platform = await openPlatform();
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  store = {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'GitStateStore',
    metadata: { name: 'web' },
    spec: { url: `${web.origin}/state.git`, secretRef: { name: 'git' } },
  };
  await writeSecret(platform, 'git', { username: 'fulfil', password: web.password });
});
afterAll(async () => {
  web?.letGo();
  await platform?.close();
  await web?.close();
  await repository?.remove();
});

async function registered(): Promise<boolean> {
  return (await platform.entities.registry()).stores['GitStateStore/web'] !== undefined;
}

/** Registers the store and returns while it is looked at. */
async function registering() {
  const seen = web.requests.length;
  web.hold();
  const operation = await handOver(platform, 'registerStateStore', store);
  await holds('the look at the store', () => web.requests.length > seen);
  return operation;
}

test('who deregisters a store while it is looked at is answered when it is gone', async () => {
  const arriving = await registering();
  const leaving = await handOver(platform, 'deregisterStateStore', name);
  web.letGo();
  expect(await ended(leaving)).toMatchObject({ phase: 'Gone' });
  expect(await registered()).toBe(false);
  expect(await ended(arriving)).toMatchObject({ phase: 'Ready' });
});

test('a store that is registered again before it is gone stays, and everybody is told so', async () => {
  const operations = [await registering()];
  operations.push(await handOver(platform, 'deregisterStateStore', name));
  operations.push(await handOver(platform, 'registerStateStore', store));
  web.letGo();
  for (const operation of operations) expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  expect(await registered()).toBe(true);
  await execute(platform, 'deregisterStateStore', name);
  expect(await registered()).toBe(false);
});

test('a Destination that is registered again while its documents are removed has them again', async () => {
  await execute(platform, 'registerStateStore', store);
  const returning = destination('returning', { team: 'returning' }, { stateStoreRef: name, cleanup: 'all' });
  await execute(platform, 'registerDestination', returning);
  for (const each of ['awake', 'asleep']) {
    const parts = { selector: { team: 'returning' }, dependencies: [configMap(each)] };
    await execute(platform, 'installPromise', promise(each, parts));
  }
  // Who is paused hears of both at once, and believes that its documents are there.
  const asleep = platform.client.workflow.getHandle('promise/asleep');
  await asleep.signal('pause');
  const seen = web.requests.length;
  web.hold();
  const leaving = await handOver(platform, 'deregisterDestination', { name: 'returning' });
  await holds('the removal of its documents', () => web.requests.length > seen);
  const again = await handOver(platform, 'registerDestination', returning);
  web.letGo();
  for (const operation of [leaving, again]) expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  const has = async (promiseName: string) =>
    (await repository.files()).includes(
      `returning/dependencies/${promiseName}/5058f/static/${promiseName}-dependencies.yaml`,
    );
  await holds('the documents of who heard of it', () => has('awake'));
  await asleep.signal('unpause');
  await holds('the documents of who was paused', () => has('asleep'));
});

test('a Destination that wants no test documents any more loses them, and nothing else, in one commit', async () => {
  await execute(platform, 'registerStateStore', store);
  const spec = { stateStoreRef: name };
  const others = ['dependencies/theirs.yaml', 'kratix-canary-configmap.yaml'].map((path) => `quiet/${path}`);
  await repository.commitFiles(Object.fromEntries(others.map((path) => [path, 'a: 1'])));
  const files = async () => (await repository.files()).filter((path) => path.startsWith('quiet/'));
  await execute(platform, 'registerDestination', destination('quiet', {}, spec));
  expect(await files()).toHaveLength(4);
  const commits = await repository.commits();
  const silent = destination('quiet', {}, { ...spec, initWorkloads: { enabled: false } });
  expect(await execute(platform, 'registerDestination', silent)).toMatchObject({ phase: 'Ready' });
  expect([await files(), await repository.commits()]).toEqual([others, commits + 1]);
  expect(await repository.git('log', '-1', '--format=%s', 'main')).toBe('Delete canary documents of Destination quiet');
  await execute(platform, 'registerDestination', silent);
  expect(await repository.commits()).toBe(commits + 1);
});

test('a Destination whose documents cannot be removed says why, and goes when they can be', async () => {
  await execute(platform, 'registerStateStore', store);
  const stuck = destination('stuck', { team: 'stuck' }, { stateStoreRef: name, cleanup: 'all' });
  await execute(platform, 'registerDestination', stuck);
  const { password } = web;
  web.password = 'another';
  const entry = async () => (await platform.entities.registry()).destinations['stuck'];
  expect(await failure(execute(platform, 'deregisterDestination', { name: 'stuck' }))).toMatchObject({
    type: 'StoreRefused',
  });
  expect(await entry()).toMatchObject({
    deleting: true,
    readiness: {
      ready: false,
      reason: 'StateStoreNotReady',
      message: expect.stringMatching(/^the removal of its documents waits: /) as unknown,
    },
  });
  web.password = password;
  await holds('the Destination gone', async () => (await entry()) === undefined);
});
