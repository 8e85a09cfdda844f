import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  configMap,
  destination,
  echoStage,
  pipeline,
  promise,
  request,
  stage,
  writeConfigMap,
} from '../platform/documents.js';
import { eventually, holds } from '../platform/eventually.js';
import { ended, execute, failure, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform?.close());

const register = (name: string, labels: Record<string, string>, spec: Record<string, unknown> = {}) =>
  execute(platform, 'registerDestination', destination(name, labels, spec));
const files = (path: string) => storeFiles(join(platform.store, path));
const echo = { configure: [pipeline('configure', [echoStage()])] };

test('directories of destination-selectors.yaml go their own ways; the rest follows the Promise', async () => {
  await register('split-app', { team: 'split' });
  await register('split-pci', { zone: 'pci' });
  const script = `${writeConfigMap('app', 'app')}${writeConfigMap('vault', 'vault', 'pci')}
cat >/kratix/metadata/destination-selectors.yaml <<YAML
- directory: pci
  matchLabels: { zone: pci }
- matchLabels: { team: ignored-because-the-promise-comes-first }
YAML`;
  const resource = { configure: [pipeline('configure', [stage('write', script)])] };
  await execute(platform, 'installPromise', promise('split', { selector: { team: 'split' }, resource }));
  const result = await execute(platform, 'configureResource', request('split', 'one'));
  expect(result.destinations).toEqual(['split-app', 'split-pci']);
  expect(await files('split-app')).toEqual(['resources/default/split/one/configure/5058f/app.yaml']);
  const pci = (await platform.entities.status('resource/split/default/one'))?.works[0]?.groups.find(
    ({ directory }) => directory === 'pci',
  );
  // The group is named by its directory's digest, as Kratix names it; paths stay relative to /kratix/output.
  expect(await files('split-pci')).toEqual([
    `resources/default/split/one/configure/${pci?.id.slice(0, 5)}/pci/vault.yaml`,
  ]);
});

test('a directory that destination-selectors.yaml names may be empty: its documents of before go', async () => {
  await register('emptied', { zone: 'emptied' });
  const script = `mkdir /kratix/output/emptied
if grep -q 'size: large' /kratix/input/object.yaml; then ${writeConfigMap('vault', 'vault', 'emptied')}fi
printf -- '- directory: emptied\\n  matchLabels: { zone: emptied }\\n' >/kratix/metadata/destination-selectors.yaml`;
  // The second stage finds the directory that the first one left.
  const stages = [stage('write', script), stage('look', 'ls -d /kratix/output/emptied')];
  const resource = { configure: [pipeline('configure', stages)] };
  await execute(platform, 'installPromise', promise('emptied', { resource }));
  await execute(platform, 'configureResource', request('emptied', 'one', { size: 'large' }));
  expect(await files('emptied')).toHaveLength(1);
  const result = await execute(platform, 'configureResource', request('emptied', 'one', { size: 'small' }));
  expect(result).toMatchObject({ phase: 'Ready', destinations: ['emptied'] });
  expect(await files('emptied')).toEqual([]);
});

test('dependencies go to every match, also to one that appears later; a resource stays on its one Destination', async () => {
  await register('fan-a', { team: 'fan' });
  const parts = { selector: { team: 'fan' }, dependencies: [configMap('operator')], resource: echo };
  await execute(platform, 'installPromise', promise('fan', parts));
  await execute(platform, 'configureResource', request('fan', 'one', { size: 'small' }));
  const dependency = 'dependencies/fan/5058f/static/fan-dependencies.yaml';
  const document = 'resources/default/fan/one/configure/5058f/out.yaml';
  expect(await files('fan-a')).toEqual([dependency, document]);

  await register('fan-b', { team: 'fan' });
  await holds('the dependencies on fan-b', async () => (await files('fan-b')).includes(dependency));
  expect(await files('fan-b')).toEqual([dependency]);
  await execute(platform, 'configureResource', request('fan', 'one', { size: 'large' }));
  expect(await files('fan-b')).toEqual([dependency]);
  expect(await files('fan-a')).toEqual([dependency, document]);
});

test('a Destination whose labels change keeps its documents, which are called misplaced until it matches again', async () => {
  await register('moving', { team: 'moving' });
  await execute(platform, 'installPromise', promise('moving', { selector: { team: 'moving' }, resource: echo }));
  await execute(platform, 'configureResource', request('moving', 'one', { size: 'small' }));
  const entity = 'resource/moving/default/one';
  const placement = async () => (await platform.entities.status(entity))?.works[0]?.placements[0];
  const document = ['resources/default/moving/one/configure/5058f/out.yaml'];

  await register('moving', { team: 'other' });
  await holds('the placement misplaced', async () => (await placement())?.misplaced === true);
  expect((await placement())?.reason).toBe('misplaced: its labels no longer match team=moving; kept');
  expect(await files('moving')).toEqual(document);
  const told = await eventually('the condition', async () =>
    (await platform.entities.status(entity))?.conditions.find(({ reason }) => reason === 'WorksMisplaced'),
  );
  expect(told).toMatchObject({ type: 'WorksSucceeded', status: 'False' });
  expect(told.message).toMatch(
    /^Some works associated with this resource are misplaced: \[moving-one-configure-[0-9a-f]{5}\]$/,
  );

  await register('moving', { team: 'moving' });
  await holds('the placement in place again', async () => (await placement())?.misplaced === false);
  expect((await placement())?.reason).toBe('matches team=moving again');
});

test('a removed Destination: cleanup all takes its documents along, none leaves them, and the request finds another', async () => {
  await register('clean-all', { team: 'clean' }, { cleanup: 'all' });
  await execute(platform, 'installPromise', promise('clean', { selector: { team: 'clean' }, resource: echo }));
  await execute(platform, 'configureResource', request('clean', 'one', { size: 'small' }));
  const document = ['resources/default/clean/one/configure/5058f/out.yaml'];
  expect(await files('clean-all')).toEqual(document);

  await execute(platform, 'deregisterDestination', { name: 'clean-all' });
  expect(await files('clean-all')).toEqual([]);
  const entity = 'resource/clean/default/one';
  await holds('the request waiting', async () => (await platform.entities.status(entity))?.phase === 'Waiting');

  await register('clean-none', { team: 'clean' }, { cleanup: 'none' });
  await holds('the documents on the next one', async () => (await files('clean-none')).includes(document[0] ?? ''));
  expect(await execute(platform, 'deregisterDestination', { name: 'clean-none' })).toMatchObject({ phase: 'Gone' });
  expect(await files('clean-none')).toEqual(document);
});

test('a Destination that was gone while a request was paused has its documents again', async () => {
  await register('returned', { team: 'returned' }, { cleanup: 'all' });
  await execute(platform, 'installPromise', promise('returned', { selector: { team: 'returned' }, resource: echo }));
  await execute(platform, 'configureResource', request('returned', 'one', { size: 'small' }));
  const entity = platform.client.workflow.getHandle('resource/returned/default/one');
  await entity.signal('pause');
  await execute(platform, 'deregisterDestination', { name: 'returned' });
  await register('returned', { team: 'returned' }, { cleanup: 'all' });
  expect(await files('returned')).toEqual([]);
  await entity.signal('unpause');
  const document = 'resources/default/returned/one/configure/5058f/out.yaml';
  await holds('the documents on it again', async () => (await files('returned')).includes(document));
});

test('a request waits by itself when its Promise needs no Destination but its documents do', async () => {
  await execute(platform, 'installPromise', promise('alone', { selector: { team: 'alone' }, resource: echo }));
  const asking = await start(platform, 'configureResource', request('alone', 'one', { size: 'small' }));
  expect(await settled(asking)).toMatchObject({
    phase: 'Waiting',
    message: 'no Destination matches team=alone; goes out by itself when one appears',
  });
  await register('alone', { team: 'alone' });
  expect(await ended(asking)).toMatchObject({ phase: 'Ready', message: 'written to alone' });
  const runs = (await platform.entities.status('resource/alone/default/one'))?.runs;
  // No stage ran twice.
  expect(runs?.map(({ action, stages }) => [action, stages.length])).toEqual([
    ['place', 0],
    ['configure', 1],
  ]);
});

test('documents that someone deleted by hand come back with the next change of the request', async () => {
  await register('mended', { team: 'mended' });
  await execute(platform, 'installPromise', promise('mended', { selector: { team: 'mended' }, resource: echo }));
  await execute(platform, 'configureResource', request('mended', 'one', { size: 'small' }));
  await rm(join(platform.store, 'mended/resources'), { recursive: true });
  await execute(platform, 'configureResource', request('mended', 'one', { size: 'large' }));
  expect(await files('mended')).toEqual(['resources/default/mended/one/configure/5058f/out.yaml']);
});

test('a store in use cannot be deregistered; two Destinations cannot share a path', async () => {
  await register('tenant', { team: 'tenant' });
  const store = { kind: 'DirectoryStateStore', name: 'default' };
  expect(await failure(execute(platform, 'deregisterStateStore', store))).toMatchObject({ type: 'InUse' });
  const twin = destination('twin', { team: 'tenant' }, { path: 'tenant' });
  expect(await failure(execute(platform, 'registerDestination', twin))).toEqual({
    type: 'Refused',
    message:
      "Destination twin: spec.path: destination path 'tenant' already exists for state store 'default' (Destination tenant)",
  });
  expect((await platform.entities.registry()).destinations['twin']).toBeUndefined();
});

test('of several that want one path at the same moment the first has it, and keeps it', async () => {
  const twin = (name: string, labels = {}) => destination(name, labels, { path: 'contested' });
  const names = ['first', 'second', 'third', 'fourth'];
  const asked = await Promise.all(names.map((name) => start(platform, 'registerDestination', twin(name))));
  const results = await Promise.allSettled(asked.map(ended));
  const [winner, ...others] = names.filter((_name, index) => results[index]?.status === 'fulfilled');
  expect([typeof winner, others]).toEqual(['string', []]);
  const registered = Object.keys((await platform.entities.registry()).destinations);
  expect(registered.filter((name) => names.includes(name))).toEqual([winner]);
  for (const name of names.filter((each) => each !== winner)) {
    expect(await failure(execute(platform, 'registerDestination', twin(name)))).toMatchObject({
      type: 'Refused',
      message: `Destination ${name}: spec.path: destination path 'contested' already exists for state store 'default' (Destination ${winner})`,
    });
  }
  expect(await execute(platform, 'registerDestination', twin(winner ?? '', { changed: 'true' }))).toMatchObject({
    phase: 'Ready',
  });
});

test('a Destination that is registered before its store becomes ready with it', async () => {
  const spec = { stateStoreRef: { name: 'later', kind: 'DirectoryStateStore' } };
  const registering = await start(platform, 'registerDestination', destination('early', { team: 'early' }, spec));
  expect(await settled(registering)).toMatchObject({
    phase: 'Waiting',
    message: 'Destination early: DirectoryStateStore/later: not found; tried again by itself',
  });
  const store = { apiVersion: 'platform.kratix.io/v1alpha1', kind: 'DirectoryStateStore', metadata: { name: 'later' } };
  await execute(platform, 'registerStateStore', { ...store, spec: { path: join(platform.home, 'later') } });
  expect(await ended(registering)).toMatchObject({ phase: 'Ready', changed: true });
});
