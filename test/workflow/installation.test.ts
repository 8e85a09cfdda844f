import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Accepted } from '../../workflows/operation.js';
import { searchAttributeKeys } from '../../workflows/searchAttributes.js';
import { configMap, destination, echoStage, pipeline, promise, request } from '../platform/documents.js';
import { ended, execute, handOver, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform?.close());

const waiting = {
  selector: { team: 'waiting' },
  dependencies: [configMap('operator')],
  resource: { configure: [pipeline('configure', [echoStage()])] },
};

test('a Promise waits for a Destination, its request for the Promise, and both go on by themselves', async () => {
  const installing = await start(platform, 'installPromise', promise('waiting', waiting));
  expect(await settled(installing)).toEqual({
    object: 'Promise waiting',
    phase: 'Waiting',
    message: 'no Destination matches team=waiting; goes out by itself when one appears',
  });
  const asking = await start(platform, 'configureResource', request('waiting', 'one', { size: 'small' }));
  expect(await settled(asking)).toEqual({
    object: 'Waiting default/one',
    phase: 'Waiting',
    message: 'Promise waiting is not available yet; goes on by itself when it is',
  });
  expect(await storeFiles(join(platform.store, 'west'))).toEqual([]);

  await execute(platform, 'registerDestination', destination('west', { team: 'waiting' }));
  expect(await ended(installing)).toEqual({
    object: 'Promise waiting',
    phase: 'Ready',
    message: 'written to west',
    changed: true,
    destinations: ['west'],
  });
  expect(await ended(asking)).toMatchObject({ phase: 'Ready', message: 'written to west' });
  expect(await storeFiles(join(platform.store, 'west'))).toEqual([
    'dependencies/waiting/5058f/static/waiting-dependencies.yaml',
    'resources/default/waiting/one/configure/5058f/out.yaml',
  ]);
});

test('the same input twice changes nothing the second time and starts no run', async () => {
  await execute(platform, 'registerDestination', destination('twice', { team: 'twice' }));
  const document = promise('twice', { ...waiting, selector: { team: 'twice' } });
  const wish = request('twice', 'one', { size: 'small' });
  for (const [type, input, entity] of [
    ['installPromise', document, 'promise/twice'],
    ['configureResource', wish, 'resource/twice/default/one'],
  ] as const) {
    expect(await execute(platform, type, input)).toMatchObject({ phase: 'Ready', changed: true });
    const before = await platform.entities.status(entity);
    expect(before?.runs.length).toBe(1);
    expect(await execute(platform, type, input)).toMatchObject({ phase: 'Ready', changed: false });
    const after = await platform.entities.status(entity);
    expect(after?.runs).toEqual(before?.runs);
    expect(after?.generation).toBe(1);
  }
  const registered = destination('twice', { team: 'twice' });
  expect(await execute(platform, 'registerDestination', registered)).toMatchObject({ changed: false });
});

test('documents are what the stage wrote, byte for byte', async () => {
  await execute(platform, 'registerDestination', destination('bytes', { team: 'bytes' }));
  await execute(platform, 'installPromise', promise('bytes', { ...waiting, selector: { team: 'bytes' } }));
  await execute(platform, 'configureResource', request('bytes', 'one', { size: 'huge' }));
  const text = await readFile(
    join(platform.store, 'bytes/resources/default/bytes/one/configure/5058f/out.yaml'),
    'utf8',
  );
  expect(text).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: out\ndata:\n  text: huge\n');
});

test('an operation that repeats a running wish gets the same answer', async () => {
  const document = promise('doubled', { ...waiting, selector: { team: 'doubled' } });
  const handles = await Promise.all([
    handOver(platform, 'installPromise', document),
    handOver(platform, 'installPromise', document),
  ]);
  expect((await Promise.all(handles.map(settled))).map(({ phase }) => phase)).toEqual(['Waiting', 'Waiting']);
  await execute(platform, 'registerDestination', destination('doubled', { team: 'doubled' }));
  const [first, second] = await Promise.all(handles.map(ended));
  expect([first?.phase, second?.phase]).toEqual(['Ready', 'Ready']);
  const status = await platform.entities.status('promise/doubled');
  expect(status?.runs.map((run) => [run.action, run.outcome])).toEqual([
    ['place', 'Succeeded'],
    ['configure', 'Waiting'],
  ]);
});

test('an operation that is joined hands its wish over again, and ends with the answer to that', async () => {
  const wish = (name: string) => promise('joined', { selector: { team: 'joined' }, dependencies: [configMap(name)] });
  const joined = await handOver(platform, 'installPromise', wish('first'));
  const other = await handOver(platform, 'installPromise', wish('second'));
  const accepted = await Promise.all([1, 2, 3].map(() => joined.executeUpdate<Accepted, []>('again')));
  expect(accepted.map(({ entity }) => entity)).toEqual(Array(3).fill('promise/joined'));
  expect(await settled(joined)).toMatchObject({ phase: 'Waiting' });
  await execute(platform, 'registerDestination', destination('joined', { team: 'joined' }));
  expect((await Promise.all([joined, other].map(ended))).map(({ phase }) => phase)).toEqual(['Ready', 'Ready']);
  const [file] = await storeFiles(join(platform.store, 'joined/dependencies'));
  expect(await readFile(join(platform.store, 'joined/dependencies', file ?? ''), 'utf8')).toContain('text: first');
});

test('a Destination that appears while a run decides where documents go is not missed', async () => {
  // Registered at once, a Destination arrives before, during and after the moment of scheduling: never too late.
  const names = ['race-a', 'race-b', 'race-c'];
  const installing = names.map(async (name) => {
    const document = promise(name, { ...waiting, selector: { team: name } });
    const handle = await handOver(platform, 'installPromise', document);
    await execute(platform, 'registerDestination', destination(name, { team: name }));
    return ended(handle);
  });
  expect((await Promise.all(installing)).map(({ phase }) => phase)).toEqual(['Ready', 'Ready', 'Ready']);
});

test.each([
  ['a Promise', () => platform.entities.claim({ promise: 'first' })],
  ['a Destination', () => platform.entities.subscribe('first')],
])('an empty Temporal to which %s comes first is told of the search attributes', async (_what, come) => {
  await platform.loseTemporal();
  await come();
  const { customAttributes } = await platform.client.connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(searchAttributeKeys.map(({ name }) => name)));
});
