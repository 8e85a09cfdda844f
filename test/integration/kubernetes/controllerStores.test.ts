import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mustKubectl } from '../../cluster/kubectl.js';
import type { Document } from '../../platform/documents.js';
import { configMap } from '../../platform/documents.js';
import type { BucketServer } from '../../servers/bucketServer.js';
import { minioServer } from '../../servers/bucketServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import { destinationOf, isReady, platformObjects, platformVersion } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;
let minio: BucketServer;

beforeAll(async () => {
  minio = await minioServer();
  await minio.client.makeBucket('state');
  repository = await gitRepository();
  world = await openControllerPlatform('jobs');
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
  await minio?.close();
});

/** Stores that are ready are looked at every ten minutes, others every 15 s: what is quicker came by the Secret's watch. */
const atOnceMillis = 14_000;

const credential = (secretAccessKey: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'minio', namespace: 'default' },
  stringData: { accessKeyID: minio.accessKey, secretAccessKey },
});

/** Dependencies only: no node runs a pod here. */
function dependent(name: string, dependencies: readonly Document[], labels: Document = {}): Document {
  const destinationSelectors = [{ matchLabels: labels }];
  return {
    apiVersion: platformVersion,
    kind: 'Promise',
    metadata: { name },
    spec: { dependencies, destinationSelectors },
  };
}

async function storeBecomes(status: string, reason: string): Promise<{ message: string; millis: number }> {
  const began = performance.now();
  const shown = await world.until(['bucketstatestore', 'minio'], reason, (store) => {
    const ready = condition(store, 'Ready');
    return ready?.status === status && ready.reason === reason;
  });
  return { message: condition(shown, 'Ready')?.message ?? '', millis: performance.now() - began };
}

test('a bucket store follows its Secret: missing, there, wrong, right', async () => {
  const spec = {
    ...{ bucketName: 'state', endpoint: minio.endpoint, insecure: true },
    secretRef: { name: 'minio', namespace: 'default' },
  };
  await world.apply(
    { apiVersion: platformVersion, kind: 'BucketStateStore', metadata: { name: 'minio' }, spec },
    {
      ...destinationOf('bucket', { kind: 'BucketStateStore', name: 'minio' }),
      metadata: { name: 'bucket', labels: { in: 'bucket' } },
    },
  );
  expect(await storeBecomes('False', 'SecretNotFound')).toMatchObject({
    message: 'Secret minio not found in namespace default',
  });
  await world.apply(credential(minio.secretKey));
  expect((await storeBecomes('True', 'StateStoreReady')).millis).toBeLessThan(atOnceMillis);
  await world.until(['destination', 'bucket'], 'Ready', isReady);
  await world.apply(credential('not-the-key'));
  const wrong = await storeBecomes('False', 'ErrorValidatingPermissions');
  expect(wrong.millis).toBeLessThan(atOnceMillis);
  expect(wrong.message).toMatch(/BucketStateStore\/minio: .*signature/i);
  expect(wrong.message).not.toContain('not-the-key');
  await world.apply(credential(minio.secretKey));
  expect((await storeBecomes('True', 'StateStoreReady')).millis).toBeLessThan(atOnceMillis);
  await world.until(['destination', 'bucket'], 'Ready', isReady);
});

test('documents reach the bucket', async () => {
  await world.apply(dependent('buckets', [configMap('in-a-bucket')], { in: 'bucket' }));
  const placement = await onlyPlacement('buckets', isReady);
  expect(placement.status).toMatchObject({ versionID: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const key = 'bucket/dependencies/buckets/5058f/static/buckets-dependencies.yaml';
  expect((await buffer(await minio.client.getObject('state', key))).toString()).toContain('name: in-a-bucket');
});

test('a write that fails is shown where it belongs, and becomes good by itself', async () => {
  await world.apply(...platformObjects(repository));
  await world.until(['destination', 'worker'], 'Ready', isReady);
  await world.apply(dependent('files', [configMap('first')]));
  await onlyPlacement('files', isReady, 'worker');
  const away = `${repository.path}-away`;
  await rename(repository.path, away);
  await world.apply(dependent('files', [configMap('second')]));
  const failing = await onlyPlacement(
    'files',
    (object) => condition(object, 'WriteSucceeded')?.status === 'False',
    'worker',
  );
  expect(condition(failing, 'WriteSucceeded')).toMatchObject({
    reason: 'WorkloadsFailedWrite',
    message: expect.stringMatching(/^GitStateStore\/main: .*(does not exist|not found|no such|repository)/i),
  });
  expect(condition(failing, 'ScheduleSucceeded')).toMatchObject({ status: 'True' });
  expect(condition(failing, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'WorkloadsFailedWrite',
    message: 'Failing',
  });
  const work = await only(
    'works',
    'kratix.io/promise-name=files',
    (object) => condition(object, 'Ready')?.message === 'Failing',
  );
  const message = `Workplacements failed to write: [${failing.metadata.name}]`;
  expect(condition(work, 'ScheduleSucceeded')).toMatchObject({
    status: 'False',
    reason: 'WorkplacementsFailing',
    message,
  });
  expect(condition(work, 'Ready')).toMatchObject({ status: 'False', reason: 'WorkplacementsFailing' });
  const owner = await world.until(
    ['promise', 'files'],
    'failing',
    (object) => condition(object, 'WorksSucceeded')?.status === 'False',
  );
  expect(condition(owner, 'WorksSucceeded')).toMatchObject({
    reason: 'WorksFailing',
    message: expect.stringContaining('are not ready: [files-static-deps-'),
  });
  expect(owner.status?.['message']).toMatch(/^GitStateStore\/main: .*goes out by itself when the store answers$/);

  await rename(away, repository.path);
  await onlyPlacement('files', isReady, 'worker');
  await only('works', 'kratix.io/promise-name=files', isReady);
  await world.until(
    ['promise', 'files'],
    'written',
    (object) => condition(object, 'WorksSucceeded')?.status === 'True',
  );
  expect(await repository.read('worker/dependencies/files/5058f/static/files-dependencies.yaml')).toContain(
    'name: second',
  );
});

test('documents too large for an object are in the store, and the Work says so', async () => {
  const text = randomBytes(900_000).toString('base64');
  const large = { ...configMap('large'), data: { text } };
  // Nobody could apply it: kubectl's note of what was applied is limited to 256 KiB.
  await mustKubectl(world.cluster.kubeconfig, ['create', '-f', '-'], dependent('large', [large]));
  const placement = await onlyPlacement('large', isReady, 'worker');
  const work = await only('works', 'kratix.io/promise-name=large', isReady);
  const omitted = condition(work, 'WorkloadsOmitted');
  expect(omitted).toMatchObject({
    status: 'True',
    reason: 'TooLarge',
    message: expect.stringMatching(/^\d{7} bytes of documents are more than/),
  });
  for (const { spec } of [placement, work]) expect(JSON.stringify(spec).length).toBeLessThan(10_000);
  expect(await repository.read('worker/dependencies/large/5058f/static/large-dependencies.yaml')).toContain(text);
});

test('a Promise whose documents cannot be removed says why, and goes when they can be', async () => {
  const away = `${repository.path}-away`;
  await rename(repository.path, away);
  await mustKubectl(world.cluster.kubeconfig, ['delete', 'promise', 'files', '--wait=false']);
  const why = /^its documents cannot be removed yet: GitStateStore\/main: .*; tried until it succeeds$/;
  await world.until(['promise', 'files'], 'held up', ({ status }) => why.test(String(status?.['message'])));
  await rename(away, repository.path);
  await world.untilGone('promise', 'files');
  expect(await repository.files()).not.toContain('worker/dependencies/files/5058f/static/files-dependencies.yaml');
});

test('a Destination whose documents cannot be removed says why, and goes when they can be', async () => {
  const stuck = destinationOf('stuck', { kind: 'BucketStateStore', name: 'minio' });
  await world.apply({ ...stuck, spec: { ...(stuck['spec'] as Document), cleanup: 'all' } });
  await world.until(['destination', 'stuck'], 'Ready', isReady);
  await world.apply(credential('not-the-key'));
  await storeBecomes('False', 'ErrorValidatingPermissions');
  await mustKubectl(world.cluster.kubeconfig, ['delete', 'destination', 'stuck', '--wait=false']);
  const waits = /^the removal of its documents waits: BucketStateStore\/minio: .*signature/i;
  await world.until(['destination', 'stuck'], 'held up', (object) => {
    const ready = condition(object, 'Ready');
    return ready?.status === 'False' && waits.test(ready.message);
  });
  await world.apply(credential(minio.secretKey));
  await world.untilGone('destination', 'stuck');
});

test('of two Destinations that are applied with one path the first has it, and the other gets it afterwards', async () => {
  const names = ['twin-a', 'twin-b'];
  const twins = names.map((name) => {
    const twin = destinationOf(name, { kind: 'GitStateStore', name: 'main' });
    return { ...twin, spec: { ...(twin['spec'] as Document), path: 'twins' } };
  });
  await world.apply(...twins);
  const settled = await Promise.all(
    names.map((name) =>
      world.until(['destination', name], 'Ready or refused', (object) => {
        return isReady(object) || condition(object, 'Ready')?.reason === 'DocumentRefused';
      }),
    ),
  );
  const [winner, loser] = settled.toSorted((a, b) => Number(isReady(b)) - Number(isReady(a)));
  expect([winner, loser].map((object) => object !== undefined && isReady(object))).toEqual([true, false]);
  const taken = `destination path 'twins' already exists for state store 'main' (Destination ${winner?.metadata.name})`;
  expect(loser && condition(loser, 'Ready')?.message).toContain(taken);
  await mustKubectl(world.cluster.kubeconfig, ['delete', 'destination', winner?.metadata.name ?? '']);
  await world.until(['destination', loser?.metadata.name ?? ''], 'Ready', isReady);
});

async function only(kind: string, selector: string, isSo: (object: Shown) => boolean): Promise<Shown> {
  const args = [kind, '-n', 'kratix-platform-system', '-l', selector];
  const list = await world.until(args, 'as expected', (found) => {
    const { items } = found as unknown as { readonly items: readonly Shown[] };
    return items.length === 1 && items.every(isSo);
  });
  const [item] = (list as unknown as { readonly items: readonly Shown[] }).items;
  if (item === undefined) throw new Error(`no ${kind} with ${selector}`);
  return item;
}

/** The one placement of a Promise's dependencies on a Destination. */
async function onlyPlacement(
  promise: string,
  isSo: (object: Shown) => boolean,
  destination = 'bucket',
): Promise<Shown> {
  const { metadata } = await only('works', `kratix.io/promise-name=${promise}`, () => true);
  return only('workplacements', `kratix.io/work=${metadata.name},kratix.io/targetDestinationName=${destination}`, isSo);
}
