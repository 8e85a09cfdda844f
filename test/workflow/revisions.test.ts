import { cp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { destination, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually, holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { execute, failure, handOver, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

/** A Promise of this version, whose stage writes the text. */
function versioned(name: string, version: string, text: string, selector?: Readonly<Record<string, string>>) {
  const configure = [pipeline('configure', [stage('write', writeConfigMap('out', text))])];
  return promise(name, { version, selector, resource: { configure } });
}

function binding(promiseName: string, name: string, version: string) {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'ResourceBinding',
    metadata: { name: `${name}-${promiseName}`, namespace: 'default' },
    spec: { version, promiseRef: { name: promiseName }, resourceRef: { name, namespace: 'default' } },
  };
}

function documentOf(promiseName: string, name: string): Promise<string> {
  const path = `west/resources/default/${promiseName}/${name}/configure/5058f/out.yaml`;
  return readFile(join(platform.store, path), 'utf8');
}

async function applied(promiseName: string, name: string, version: string) {
  return eventually(`${promiseName} ${name} at ${version}`, async () => {
    const status = await platform.entities.status(`resource/${promiseName}/default/${name}`);
    return status?.binding?.lastApplied === version && status.phase === 'Ready' ? status : undefined;
  });
}

test('requests follow the latest revision, or stay with the one they are bound to', async () => {
  await execute(platform, 'installPromise', versioned('db', 'v1', 'one'));
  await execute(platform, 'configureResource', request('db', 'follows'));
  await execute(platform, 'configureResource', request('db', 'stays'));
  await execute(platform, 'bindResource', binding('db', 'stays', 'v1'));
  expect((await applied('db', 'stays', 'v1')).runs).toHaveLength(1);

  await execute(platform, 'installPromise', versioned('db', 'v2', 'two'));
  const followed = await applied('db', 'follows', 'v2');
  expect(followed.binding).toEqual({ version: 'latest', lastApplied: 'v2', upgrade: { state: 'Complete', to: 'v2' } });
  expect(await documentOf('db', 'follows')).toContain('text: two');
  expect((await applied('db', 'stays', 'v1')).runs).toHaveLength(1);
  const db = await platform.entities.status('promise/db');
  expect(db?.revisions?.map(({ version, latest }) => [version, latest])).toEqual([
    ['v1', false],
    ['v2', true],
  ]);

  // Up to the newest, back to the first; and an edit of that version reaches it.
  await execute(platform, 'bindResource', binding('db', 'stays', 'latest'));
  expect(await documentOf('db', 'stays')).toContain('text: two');
  await execute(platform, 'bindResource', binding('db', 'stays', 'v1'));
  expect(await documentOf('db', 'stays')).toContain('text: one');
  expect(await applied('db', 'stays', 'v1')).toMatchObject({ version: 'v1', binding: { version: 'v1' } });
});

test('a request goes with the version that was applied last, not with one that did not get that far', async () => {
  const withDelete = (version: string, configures: string, deletes: string) =>
    promise('cache', {
      version,
      resource: {
        configure: [pipeline('configure', [stage('make', configures)])],
        delete: [pipeline('drop', [stage('drop', deletes)])],
      },
    });
  await execute(platform, 'installPromise', withDelete('v1', 'true', 'true'));
  await execute(platform, 'configureResource', request('cache', 'one'));
  await execute(platform, 'installPromise', withDelete('v2', 'exit 3', 'exit 4'));
  await eventually('the upgrade failed', async () => {
    const status = await platform.entities.status('resource/cache/default/one');
    return status?.binding?.failed === 'v2' && status.phase === 'Failed';
  });
  const one = { apiVersion: 'test.fulfil.io/v1', kind: 'Cache', namespace: 'default', name: 'one' };
  expect(await execute(platform, 'deleteResource', one)).toMatchObject({ phase: 'Gone' });
});

test('a version that there is not is refused by name, and binding to one that there is heals it', async () => {
  await execute(platform, 'installPromise', versioned('queue', 'v1', 'one'));
  await execute(platform, 'configureResource', request('queue', 'one'));
  const unknown = 'cannot find a PromiseRevision for Promise queue with version v7: promise revision not found';
  expect((await failure(execute(platform, 'bindResource', binding('queue', 'one', 'v7')))).message).toBe(unknown);
  // What is asked of it meanwhile is not done with the revision before.
  const larger = request('queue', 'one', { size: 'large' });
  expect((await failure(execute(platform, 'configureResource', larger))).message).toBe(unknown);
  expect((await platform.entities.status('resource/queue/default/one'))?.runs).toHaveLength(1);
  await execute(platform, 'bindResource', binding('queue', 'one', 'v1'));
  await applied('queue', 'one', 'v1');
  expect(await failure(execute(platform, 'bindResource', binding('queue', 'absent', 'v1')))).toMatchObject({
    message: 'ResourceBinding: spec.resourceRef: Promise queue has no request default/absent',
  });
});

test('a version that cannot be installed is waited for, which is said, and run when it can be', async () => {
  const installs = (version: string, script: string) =>
    promise('ledger', {
      version,
      promise: { configure: [pipeline('install', [stage('install', script)])] },
      resource: { configure: [pipeline('configure', [stage('write', writeConfigMap('out', version))])] },
    });
  await execute(platform, 'installPromise', installs('v1', 'true'));
  await execute(platform, 'configureResource', request('ledger', 'one'));
  await failure(execute(platform, 'installPromise', installs('v2', 'exit 3')));

  const bound = await start(platform, 'bindResource', binding('ledger', 'one', 'v2'));
  const waiting = 'version v2 of Promise ledger is not installed yet; goes on by itself when it is';
  expect(await settled(bound)).toMatchObject({ phase: 'Waiting', message: waiting });
  const larger = await start(platform, 'configureResource', request('ledger', 'one', { size: 'large' }));
  expect(await settled(larger)).toMatchObject({ phase: 'Waiting', message: waiting });
  // Nothing is done with the version before, whoever asks for it.
  await platform.client.workflow.getHandle('resource/ledger/default/one').signal('reconcile');
  await execute(platform, 'repair', {});
  expect(await platform.entities.status('resource/ledger/default/one')).toMatchObject({
    phase: 'Waiting',
    message: waiting,
    runs: [{ action: 'configure' }],
  });
  expect(await documentOf('ledger', 'one')).toContain('text: v1');

  await execute(platform, 'installPromise', installs('v2', 'true'));
  expect(await Promise.all([bound.result(), larger.result()])).toMatchObject([{ phase: 'Ready' }, { phase: 'Ready' }]);
  expect(await documentOf('ledger', 'one')).toContain('text: v2');

  // One that was overtaken before it could be installed is run all the same; and there is a way back.
  await failure(execute(platform, 'installPromise', installs('v3', 'exit 3')));
  const third = await start(platform, 'bindResource', binding('ledger', 'one', 'v3'));
  await settled(third);
  await execute(platform, 'bindResource', binding('ledger', 'one', 'v2'));
  expect(await documentOf('ledger', 'one')).toContain('text: v2');
  const again = await start(platform, 'bindResource', binding('ledger', 'one', 'v3'));
  await settled(again);
  await failure(execute(platform, 'installPromise', installs('v4', 'exit 3')));
  expect(await again.result()).toMatchObject({ phase: 'Ready' });
  expect(await documentOf('ledger', 'one')).toContain('text: v3');
});

test('a request of a Promise that was never installed hears of it, whatever it is bound to', async () => {
  const failing = (version: string) =>
    promise('vault', { version, promise: { configure: [pipeline('install', [stage('install', 'exit 3')])] } });
  await failure(execute(platform, 'installPromise', failing('v1')));
  const made = await start(platform, 'configureResource', request('vault', 'one'));
  const unavailable = 'Promise vault is not available yet; goes on by itself when it is';
  expect(await settled(made)).toMatchObject({ phase: 'Waiting', message: unavailable });
  await failure(execute(platform, 'installPromise', failing('v2')));
  const bind = async (version: string) => start(platform, 'bindResource', binding('vault', 'one', version));
  expect(await settled(await bind('v2'))).toMatchObject({
    phase: 'Waiting',
    message: 'version v2 of Promise vault is not installed yet; goes on by itself when it is',
  });
  expect(await settled(await bind('latest'))).toMatchObject({ phase: 'Waiting', message: unavailable });
  expect(await settled(await bind('v1'))).toMatchObject({ phase: 'Waiting', message: unavailable });
  const unknown = 'cannot find a PromiseRevision for Promise vault with version v7: promise revision not found';
  expect(await settled(await bind('v7'))).toMatchObject({ phase: 'Failed', message: unknown });
  // Back to a version of which it has the plan already.
  await settled(await bind('latest'));
  await settled(await bind('v7'));
  const back = await bind('v2');
  expect(await settled(back)).toMatchObject({ phase: 'Waiting', message: unavailable });
  await execute(platform, 'installPromise', versioned('vault', 'v2', 'two'));
  await back.result();
  expect((await applied('vault', 'one', 'v2')).runs).toHaveLength(1);
});

test('nothing runs with the version before while the one that it is bound to is being installed', async () => {
  const held = gate(platform.home, 'installing');
  const installs = (version: string, script: string) =>
    promise('safe', {
      version,
      promise: { configure: [pipeline('install', [stage('install', script)])] },
      resource: { configure: [pipeline('configure', [stage('write', writeConfigMap('out', version))])] },
    });
  await execute(platform, 'installPromise', installs('v1', 'true'));
  await execute(platform, 'configureResource', request('safe', 'one'));
  const installing = await start(platform, 'installPromise', installs('v2', held.script));
  await held.reached();
  const bound = await handOver(platform, 'bindResource', binding('safe', 'one', 'v2'));
  const entity = 'resource/safe/default/one';
  await platform.client.workflow.getHandle(entity).signal('reconcile');
  const runsAgain = async () => (await platform.entities.status(entity))?.runs.length === 2;
  await expect(holds('a run', runsAgain, 3_000)).rejects.toThrow('a run: not within 3 s');
  await held.open();
  await Promise.all([installing.result(), bound.result()]);
  const { runs } = await applied('safe', 'one', 'v2');
  expect(runs.map(({ action }) => action)).toEqual(['configure', 'configure']);
});

test('a version whose installation stands still says so to those that were bound to it before', async () => {
  const suspending = promise('lock', {
    version: 'v2',
    promise: {
      configure: [pipeline('ask', [stage('ask', 'echo "suspend: true" >/kratix/metadata/workflow-control.yaml')])],
    },
  });
  await execute(platform, 'installPromise', versioned('lock', 'v1', 'one'));
  await execute(platform, 'configureResource', request('lock', 'one'));
  await failure(execute(platform, 'bindResource', binding('lock', 'one', 'v2')));
  await settled(await start(platform, 'installPromise', suspending));
  await eventually('a request that waits', async () => {
    const status = await platform.entities.status('resource/lock/default/one');
    return status?.phase === 'Waiting' && status.message.startsWith('version v2 of Promise lock') ? true : undefined;
  });
});

test('an upgrade that fails says so and leaves what was applied', async () => {
  const failing = promise('cache', {
    version: 'v2',
    resource: { configure: [pipeline('configure', [stage('fail', 'exit 3')])] },
  });
  await execute(platform, 'installPromise', versioned('cache', 'v1', 'one'));
  await execute(platform, 'configureResource', request('cache', 'one'));
  await execute(platform, 'installPromise', failing);
  const failed = await eventually('the failed upgrade', async () => {
    const status = await platform.entities.status('resource/cache/default/one');
    return status?.phase === 'Failed' ? status : undefined;
  });
  expect(failed.binding).toMatchObject({ lastApplied: 'v1', failed: 'v2', upgrade: { state: 'Failed', to: 'v2' } });
  expect(await documentOf('cache', 'one')).toContain('text: one');
});

test('a revision that is let go takes the requests that are bound to it along, and nobody else', async () => {
  const team = { team: 'topic' };
  await execute(platform, 'registerDestination', destination('topic', team));
  await execute(platform, 'installPromise', versioned('topic', 'v1', 'one', team));
  await execute(platform, 'configureResource', request('topic', 'bound'));
  await execute(platform, 'configureResource', request('topic', 'free'));
  await execute(platform, 'bindResource', binding('topic', 'bound', 'v1'));
  await execute(platform, 'installPromise', versioned('topic', 'v2', 'two'));
  await applied('topic', 'free', 'v2');
  await platform.entities.forget('topic', { version: 'v1' });
  await eventually('the bound request to go', async () => {
    const topic = await platform.entities.status('promise/topic');
    return topic?.resources?.join() === 'default/free' ? true : undefined;
  });
  await expect(documentOf('topic', 'bound')).rejects.toThrow('ENOENT');
  expect((await platform.entities.status('promise/topic'))?.revisions).toHaveLength(1);
});

test('a request that lacks its revision goes on lacking it when something else goes wrong too', async () => {
  const team = { team: 'topic' };
  await execute(platform, 'registerDestination', destination('topic', team));
  await execute(platform, 'installPromise', versioned('topic', 'v1', 'one', team));
  await execute(platform, 'configureResource', request('topic', 'one'));
  const unknown = 'cannot find a PromiseRevision for Promise topic with version v7: promise revision not found';
  expect((await failure(execute(platform, 'bindResource', binding('topic', 'one', 'v7')))).message).toBe(unknown);

  const [artifacts, away] = [join(platform.home, 'artifacts'), join(platform.home, 'away')];
  await rename(artifacts, away);
  await execute(platform, 'registerDestination', destination('topic', team, { path: 'elsewhere' }));
  await holds('documents that cannot be read', async () => {
    const status = await platform.entities.status('resource/topic/default/one');
    return status?.phase === 'Failed' && status.message.includes('artifact');
  });
  await cp(away, artifacts, { recursive: true });

  const larger = request('topic', 'one', { size: 'large' });
  expect((await failure(execute(platform, 'configureResource', larger))).message).toBe(unknown);
  await execute(platform, 'bindResource', binding('topic', 'one', 'v1'));
  await applied('topic', 'one', 'v1');
});

test('a request that is bound while its Promise hears of it is bound', async () => {
  await execute(platform, 'installPromise', promise('bare', { version: 'v1' }));
  await execute(platform, 'installPromise', promise('bare', { version: 'v2' }));
  const names = Array.from({ length: 20 }, (_, index) => `one-${index}`);
  for (const [index, name] of names.entries()) {
    const begun = start(platform, 'configureResource', request('bare', name));
    const named = { promise: 'bare', namespace: 'default', name };
    await holds('it is there', async () => platform.entities.bind(named, { version: 'latest' }));
    await new Promise((resolve) => setTimeout(resolve, 3 * index));
    await platform.entities.bind(named, { version: 'v1' });
    await begun;
  }
  for (const name of names) await applied('bare', name, 'v1');
});
