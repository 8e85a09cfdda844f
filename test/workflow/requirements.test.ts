import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { ended, execute, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const configure = [pipeline('configure', [stage('a', writeConfigMap('a', 'here'))])];

async function requirementsOf(name: string, state: string) {
  return eventually(`${name}: ${state}`, async () => {
    const status = await platform.entities.status(`promise/${name}`);
    return status?.requirements?.[0]?.state === state ? status : undefined;
  });
}

function condition(status: Awaited<ReturnType<typeof requirementsOf>>, type: string) {
  const found = status.conditions.find((each) => each.type === type);
  return [found?.status, found?.reason];
}

test('a Promise runs its own pipelines, which may bring what it requires, and its requests wait for that', async () => {
  const requires = [{ name: 'base', version: 'v2' }];
  const needy = promise('needy', { requires, promise: { configure }, resource: { configure } });
  const installing = await start(platform, 'installPromise', needy);
  await settled(installing);
  const waiting = await requirementsOf('needy', 'Requirement not installed');
  expect(waiting.runs.map(({ outcome }) => outcome)).toEqual(['Succeeded']);
  expect(waiting.phase).toBe('Waiting');
  expect(condition(waiting, 'Reconciled')).toEqual(['Unknown', 'RequirementsNotFulfilled']);
  expect(condition(waiting, 'RequirementsFulfilled')).toEqual(['False', 'RequirementsNotInstalled']);
  expect(condition(waiting, 'Available')).toEqual(['False', 'PromiseUnavailable']);
  expect(waiting.message).toBe(
    'required Promise base v2: Requirement not installed; goes on by itself when it is there',
  );
  const asking = await start(platform, 'configureResource', request('needy', 'one'));
  expect(await settled(asking)).toMatchObject({ phase: 'Waiting' });

  await execute(platform, 'installPromise', promise('base', { version: 'v1' }));
  await requirementsOf('needy', 'Requirement not installed at the specified version');
  await execute(platform, 'installPromise', promise('base', { version: 'v2' }));
  expect(await ended(installing)).toMatchObject({ phase: 'Ready' });
  expect(await ended(asking)).toMatchObject({ phase: 'Ready' });
  const fulfilled = await requirementsOf('needy', 'Requirement installed');
  expect(fulfilled.runs).toHaveLength(1);
  expect([fulfilled.phase, fulfilled.message]).toEqual(['Ready', 'written to west']);
  expect(condition(fulfilled, 'Reconciled')).toEqual(['True', 'Reconciled']);
  expect(condition(fulfilled, 'RequirementsFulfilled')).toEqual(['True', 'RequirementsInstalled']);
  const base = await platform.entities.status('promise/base');
  expect(base?.requiredBy).toStrictEqual([{ name: 'needy', requiredVersion: 'v2' }]);
  expect([base?.version, fulfilled.version]).toEqual(['v2', undefined]);
});

test('a Promise whose requirement goes away serves nothing new until it is back', async () => {
  await execute(platform, 'installPromise', promise('ground', {}));
  const tower = promise('tower', { requires: [{ name: 'ground' }], resource: { configure } });
  await execute(platform, 'installPromise', tower);
  await execute(platform, 'configureResource', request('tower', 'one'));
  await execute(platform, 'deletePromise', { name: 'ground' });
  const lost = await requirementsOf('tower', 'Requirement not installed');
  expect(condition(lost, 'Available')).toEqual(['False', 'PromiseUnavailable']);
  expect(condition(lost, 'Reconciled')).toEqual(['Unknown', 'RequirementsNotFulfilled']);
  expect(lost.phase).toBe('Waiting');
  // What is there stays; what is new waits.
  expect(await platform.entities.status('resource/tower/default/one')).toMatchObject({ phase: 'Ready' });
  const asking = await start(platform, 'configureResource', request('tower', 'two'));
  expect(await settled(asking)).toMatchObject({ phase: 'Waiting' });
  await execute(platform, 'installPromise', promise('ground', {}));
  expect(await ended(asking)).toMatchObject({ phase: 'Ready' });
  expect((await requirementsOf('tower', 'Requirement installed')).runs).toHaveLength(1);
  expect((await platform.entities.status('resource/tower/default/one'))?.runs).toHaveLength(1);
  await execute(platform, 'deletePromise', { name: 'tower' });
  await eventually('nobody needs it', async () => {
    const ground = await platform.entities.status('promise/ground');
    return ground !== undefined && ground.requiredBy === undefined ? true : undefined;
  });
});

test('a Promise whose entity was lost hears again where what it requires stands', async () => {
  await execute(platform, 'installPromise', promise('rock', {}));
  const castle = promise('castle', { requires: [{ name: 'rock' }], promise: { configure } });
  await execute(platform, 'installPromise', castle);
  const entity = platform.client.workflow.getHandle('promise/castle');
  await entity.terminate('lost');
  const again = await start(platform, 'installPromise', castle);
  await requirementsOf('castle', 'Requirement installed');
  expect(await ended(again)).toMatchObject({ phase: 'Ready' });
  expect(condition(await requirementsOf('castle', 'Requirement installed'), 'Available')[0]).toBe('True');
});
