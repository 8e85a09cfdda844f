import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { promise } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import type { ReleaseServer } from '../../servers/releaseServer.js';
import { releaseServer } from '../../servers/releaseServer.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let server: ReleaseServer;

beforeAll(async () => {
  server = await releaseServer();
  world = await openControllerPlatform();
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await server?.close();
});

const label = 'kratix.io/promise-version';

function publish(path: string, version: string | undefined, spec: object = {}): void {
  const document = promise('database', {}) as { metadata: object; spec: object };
  const labels = version === undefined ? {} : { [label]: version };
  const body = JSON.stringify({
    ...document,
    metadata: { name: 'database', labels },
    spec: { ...document.spec, ...spec },
  });
  server.pages.set(path, { body });
}

const release = (path: string, version?: string, more: object = {}) => ({
  apiVersion: 'platform.kratix.io/v1alpha1',
  kind: 'PromiseRelease',
  metadata: { name: 'database' },
  spec: {
    ...(version === undefined ? {} : { version }),
    sourceRef: { type: 'http', url: `${server.url}${path}`, ...more },
  },
});

const until = (what: string, isSo: (object: Shown) => boolean) =>
  world.until(['promiserelease', 'database'], what, isSo);
const says = (reason: string) => (shown: Shown) =>
  condition(shown, 'Installed')?.reason === reason &&
  shown.status?.['observedGeneration'] === shown.metadata.generation;
const available =
  (version: string) =>
  ({ status }: Shown) =>
    status?.['status'] === 'Available' && status['version'] === version;

test('what cannot be fetched is said in the condition and in an event, and tried again', async () => {
  const secretRef = { name: 'token', namespace: 'default' };
  await world.apply(release('/v1', undefined, { secretRef }));
  const missing = await until('no Secret', says('FailedToFetchPromise'));
  expect(missing.status?.['status']).toBe('Error installing');
  expect(condition(missing, 'Installed')?.message).toBe(
    'Failed to fetch Promise from URL: failed to fetch data from secretRef: Secret token not found in namespace default',
  );
  expect(await world.kubectl('get', 'events')).toMatch(/Warning +Failed +promiserelease\/database/);
  publish('/v1', 'v1.0.0');
  await world.kubectl('create', 'secret', 'generic', 'token', '--from-literal=authorizationHeader=Bearer abc');
  await until('installed', says('InstalledSuccessfully'));
  expect(server.asked.map(({ headers }) => headers.authorization)).toContain('Bearer abc');
});

test('the Promise is installed, belongs to its release, and gives it its version', async () => {
  const shown = await world.until(['promise', 'database'], 'Available', available('v1.0.0'));
  const installed = (await world.object('promiserelease', 'database')) as Shown;
  expect(installed.spec?.['version']).toBe('v1.0.0');
  expect(installed.status?.['status']).toBe('Installed');
  expect(installed.metadata.finalizers).toEqual(['kratix.io/promise-cleanup']);
  expect(shown.metadata.labels).toMatchObject({ [label]: 'v1.0.0', 'kratix.io/promise-release-name': 'database' });
  expect(shown.metadata['ownerReferences']).toEqual([
    expect.objectContaining({ kind: 'PromiseRelease', name: 'database', controller: true }),
  ]);
});

test('a version that is not there is said; the one that is there stays', async () => {
  publish('/v2', 'v2.0.0', { destinationSelectors: [{ matchLabels: { environment: 'prod' } }] });
  await world.apply(release('/v2', 'v1.0.0'));
  const shown = await until('another version', says('VersionNotMatching'));
  const message = 'Version labels do not match, found: v2.0.0, expected: v1.0.0';
  expect(condition(shown, 'Installed')).toMatchObject({ status: 'False', message });
  expect((await world.object('promise', 'database'))?.metadata.labels?.[label]).toBe('v1.0.0');
});

test('a new version replaces the spec', async () => {
  await world.kubectl('annotate', 'promise', 'database', 'note=kept');
  await world.apply(release('/v2', 'v2.0.0'));
  await until('installed', says('InstalledSuccessfully'));
  const shown = await world.until(['promise', 'database'], 'v2.0.0', available('v2.0.0'));
  expect(shown.spec?.['destinationSelectors']).toEqual([{ matchLabels: { environment: 'prod' } }]);
  expect(shown.metadata['annotations']).toMatchObject({ note: 'kept' });
});

test('a Promise that somebody deletes comes back', async () => {
  const before = (await world.object('promise', 'database'))?.metadata['uid'];
  await world.kubectl('delete', 'promise', 'database', '--timeout=120s');
  const shown = await world.until(['promise', 'database'], 'Available again', available('v2.0.0'));
  expect(shown.metadata['uid']).not.toBe(before);
});

test('a Promise that somebody deletes comes back at once, also when its source was away for long', async () => {
  const failures = 6;
  for (let version = 1; version <= failures; version += 1) {
    await world.apply(release('/away', `v3.0.${version}`));
    await until(`not found, version ${version}`, says('FailedToFetchPromise'));
  }
  // The next look would be in 160 s, which is longer than anything here waits.
  publish('/away', `v3.0.${failures}`);
  await world.kubectl('delete', 'promise', 'database', '--timeout=120s');
  await until('installed', says('InstalledSuccessfully'));
  await world.until(['promise', 'database'], 'Available again', available(`v3.0.${failures}`));
});

test('a Promise without a version is no release', async () => {
  publish('/none', undefined);
  await world.apply(release('/none', 'v2.0.0'));
  const shown = await until('no label', says('VersionLabelNotFound'));
  expect(condition(shown, 'Installed')?.message).toBe('Version label not found on Promise');
  await world.apply(release('/v2', 'v2.0.0'));
  await until('installed', says('InstalledSuccessfully'));
  await world.until(['promise', 'database'], 'Available with the version before', available('v2.0.0'));
});

test('a restarted controller fetches once, and writes nothing', async () => {
  const quiet = async () => ((await world.writesDuring(3_000)).length === 0 ? true : undefined);
  await eventually('quiet', quiet);
  await controller.stop();
  const before = server.asked.length;
  const writes = world.writesDuring(6_000);
  controller = await startController(world);
  expect(await writes).toEqual([]);
  expect(server.asked.length).toBe(before + 1);
});

test('a deleted release takes its Promise along', async () => {
  const patch = (body: unknown) => ['patch', 'promise', 'database', '--type=json', '--patch', JSON.stringify(body)];
  const finalizer = { path: '/metadata/finalizers/1', value: 'example.com/backup' };
  await world.kubectl(...patch([{ op: 'add', ...finalizer }]));
  await world.kubectl('delete', 'promiserelease', 'database', '--wait=false');
  const waiting = await until('waiting for its Promise', ({ status }) => status?.['status'] === 'Deleting');
  expect(condition(waiting, 'Installed')?.message).toBe('waiting for Promise database, which is being deleted');
  await holds('held by somebody else alone', async () => {
    const { finalizers } = (await world.object('promise', 'database'))?.metadata ?? {};
    return JSON.stringify(finalizers) === JSON.stringify([finalizer.value]);
  });
  await world.kubectl(...patch([{ op: 'remove', path: '/metadata/finalizers' }]));
  await world.untilGone('promiserelease', 'database');
  expect(await world.object('promise', 'database')).toBeUndefined();
});
