import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { destination, echoStage, kindOf, pipeline, promise, request } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { ended, execute, handOver, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

/** What state stores hold is what Fulfil says they hold: changed by hand, away for a while, merged by people. */
const run = promisify(execFile);
let platform: Platform;
let repository: string;

beforeAll(async () => {
  platform = await openPlatform({
    destinations: { plain: { place: 'directory' } },
    // Stores are looked at often, so that a test does not wait for the ten minutes of a platform.
    environment: { FULFIL_RECHECK_INTERVAL: '1s' },
  });
  repository = join(platform.home, 'store.git');
  await mkdir(repository);
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  await execute(platform, 'registerStateStore', {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'GitStateStore',
    metadata: { name: 'git' },
    spec: { url: `file://${repository}` },
  });
});
afterAll(() => platform.close());

function echoPromise(name: string, place: string) {
  return promise(name, { selector: { place }, resource: { configure: [pipeline('configure', [echoStage()])] } });
}

function onGit(name: string, labels: Record<string, string>, annotations: Record<string, string> = {}) {
  const document = destination(name, labels, { stateStoreRef: { kind: 'GitStateStore', name: 'git' } });
  return { ...document, metadata: { name, labels, annotations } };
}

async function ready(name: string, place: string): Promise<void> {
  await execute(platform, 'installPromise', echoPromise(name, place));
  await execute(platform, 'configureResource', request(name, 'one', { size: 'small' }));
}

async function onlyFile(name: string): Promise<string> {
  const files = (await storeFiles(platform.store)).filter((file) => file.includes(`/${name}/`));
  expect(files).toHaveLength(1);
  return join(platform.store, files[0] ?? '');
}

const tell = ({ client }: Platform, entity: string, signal: string) => client.workflow.getHandle(entity).signal(signal);

async function text(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

test('a document deleted by hand comes back by itself, and the run says so', async () => {
  await ready('deleted', 'directory');
  const file = await onlyFile('deleted');
  const before = await text(file);
  await rm(file);
  await eventually('the document to be back', async () => ((await text(file)) === before ? true : undefined));
  const status = await eventually('the repair to be recorded', async () => {
    const found = await platform.entities.status('resource/deleted/default/one');
    return found?.runs[0]?.action === 'repair' && found.phase === 'Ready' ? found : undefined;
  });
  expect(status.runs[0]?.message).toMatch(
    /^repaired plain\/resources\/default\/deleted\/one\/configure\/5058f\/out.yaml/,
  );
});

test('repair on demand names what it mended, and nothing the second time', async () => {
  await ready('edited', 'directory');
  const file = await onlyFile('edited');
  const before = await text(file);
  await writeFile(file, 'by hand');
  const store = { kind: 'DirectoryStateStore', name: 'default' };
  const repaired = await execute(platform, 'repair', store);
  // The look at the store, a second apart, may have been faster: then there is nothing left to mend.
  expect(repaired.message).toMatch(/repaired .*edited\/one\/configure\/5058f\/out.yaml|nothing differs/);
  expect(await text(file)).toBe(before);
  expect((await execute(platform, 'repair', store)).message).toMatch(/checked \d+ object\(s\): nothing differs/);
});

test('an object that is paused is left as it is, holds up no repair, and is mended when it goes on', async () => {
  await ready('halted', 'directory');
  const file = await onlyFile('halted');
  const before = await text(file);
  await tell(platform, 'resource/halted/default/one', 'pause');
  await writeFile(file, 'by hand');
  const { message } = await execute(platform, 'repair', { kind: 'DirectoryStateStore', name: 'default' });
  expect(message).toMatch(/checked \d+ object\(s\): not repaired: resource\/halted\/default\/one \(paused\)/);
  expect(await text(file)).toBe('by hand');
  await tell(platform, 'resource/halted/default/one', 'unpause');
  await eventually('the document to be back', async () => ((await text(file)) === before ? true : undefined));
});

test('a store that is away: NotReady with the reason, the request waits, and all goes on when it is back', async () => {
  await execute(platform, 'registerDestination', onGit('git-away', { place: 'git-away' }));
  await ready('away', 'git-away');
  await execute(platform, 'configureResource', request('away', 'two', { size: 'small' }));
  await rename(repository, `${repository}.away`);
  const operation = await handOver(platform, 'configureResource', request('away', 'one', { size: 'large' }));
  expect(await settled(operation)).toMatchObject({
    phase: 'Waiting',
    message: expect.stringContaining('goes out by itself when the store answers') as unknown,
  });
  const { destinations } = await platform.entities.registry();
  await eventually('the Destination to be NotReady', async () => {
    const entry = (await platform.entities.registry()).destinations['git-away'];
    return entry?.readiness.ready === false && entry.readiness.message.includes('GitStateStore/git') ? true : undefined;
  });
  expect(destinations['plain']?.readiness.ready).toBe(true);
  await rename(`${repository}.away`, repository);
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  const { stdout } = await run('git', ['-C', repository, 'grep', 'text: large', 'main', '--', 'git-away']);
  expect(stdout).toContain('git-away/resources/default/away/one/configure/5058f/out.yaml');
  // Who has everything there is only compared with it.
  await execute(platform, 'repair', { kind: 'GitStateStore', name: 'git' });
  const other = await platform.entities.status('resource/away/default/two');
  expect(other?.runs.map(({ action }) => action)).toEqual(['configure']);
});

test('a deletion whose documents cannot be removed says why, and is done when they can', async () => {
  await execute(platform, 'registerDestination', onGit('git-kept', { place: 'git-kept' }));
  await ready('kept', 'git-kept');
  await rename(repository, `${repository}.away`);
  const target = { apiVersion: 'test.fulfil.io/v1', kind: kindOf('kept'), namespace: 'default', name: 'one' };
  const operation = await handOver(platform, 'deleteResource', target);
  const why = /^its documents cannot be removed yet: .+git.+; tried until it succeeds$/;
  expect(await settled(operation)).toMatchObject({
    phase: 'Deleting',
    message: expect.stringMatching(why) as unknown,
  });
  const status = await platform.entities.status('resource/kept/default/one');
  expect(status).toMatchObject({ phase: 'Deleting', message: expect.stringMatching(why) as unknown });
  await rename(`${repository}.away`, repository);
  expect(await ended(operation)).toMatchObject({ phase: 'Gone' });
  const { stdout } = await run('git', [
    '-C',
    repository,
    'ls-tree',
    '-r',
    '--name-only',
    'main',
    'git-kept/resources/default',
  ]);
  expect(stdout).toBe('');
});

test('by pull request: the run waits for people, and a squashed merge counts', async () => {
  const annotations = { 'fulfil.io/deliver': 'pull-request' };
  await execute(platform, 'registerDestination', onGit('git-merged', { place: 'git-merged' }, annotations));
  await execute(platform, 'installPromise', echoPromise('merged', 'git-merged'));
  const operation = await handOver(platform, 'configureResource', request('merged', 'one', { size: 'small' }));
  const branch = 'fulfil/resource/merged/default/one/run-1';
  expect(await settled(operation)).toMatchObject({
    phase: 'Waiting',
    message: `branch ${branch} of GitStateStore/git waits to be merged`,
  });
  // Who asks for the same meanwhile hears at once what it waits for.
  const same = await handOver(platform, 'configureResource', request('merged', 'one', { size: 'small' }));
  expect(await settled(same)).toMatchObject({
    phase: 'Waiting',
    message: `branch ${branch} of GitStateStore/git waits to be merged`,
  });
  // Who asks for something else hears of its own branch, not of the one that nobody wants any more.
  const other = await handOver(platform, 'configureResource', request('merged', 'one', { size: 'large' }));
  const second = 'fulfil/resource/merged/default/one/run-2';
  expect(await settled(other)).toMatchObject({ message: `branch ${second} of GitStateStore/git waits to be merged` });
  await merge(second);
  expect(await ended(other)).toMatchObject({ phase: 'Ready' });
  for (const each of [operation, same]) expect(await ended(each)).toMatchObject({ phase: 'Ready' });
  const { stdout } = await run('git', ['-C', repository, 'branch', '--list', 'fulfil/*']);
  expect(stdout).toBe('');
});

test('by pull request: a host that cannot be asked is named, and asked on', async () => {
  const annotations = { 'fulfil.io/deliver': 'pull-request' };
  await execute(platform, 'registerDestination', onGit('git-unasked', { place: 'git-unasked' }, annotations));
  await execute(platform, 'installPromise', echoPromise('unasked', 'git-unasked'));
  const operation = await handOver(platform, 'configureResource', request('unasked', 'one', { size: 'small' }));
  expect(await settled(operation)).toMatchObject({ phase: 'Waiting' });
  await rename(repository, `${repository}.away`);
  await eventually('the trouble to be told', async () => {
    const status = await platform.entities.status('resource/unasked/default/one');
    return status?.message.includes('waits to be merged; last asked in vain: ') === true ? true : undefined;
  });
  await rename(`${repository}.away`, repository);
  await merge('fulfil/resource/unasked/default/one/run-1');
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
});

test('by pull request: a merged branch that may not be deleted is left, and the run says so', async () => {
  const annotations = { 'fulfil.io/deliver': 'pull-request' };
  await execute(platform, 'registerDestination', onGit('git-left', { place: 'git-left' }, annotations));
  await execute(platform, 'installPromise', echoPromise('left', 'git-left'));
  const operation = await handOver(platform, 'configureResource', request('left', 'one', { size: 'small' }));
  expect(await settled(operation)).toMatchObject({ phase: 'Waiting' });
  await run('git', ['-C', repository, 'config', 'receive.denyDeletes', 'true']);
  const branch = 'fulfil/resource/left/default/one/run-1';
  await merge(branch);
  const { phase, message } = await ended(operation);
  expect({ phase, message }).toMatchObject({
    phase: 'Ready',
    message: expect.stringContaining(`written to git-left; branch ${branch} is merged and cannot be deleted: `),
  });
  await run('git', ['-C', repository, 'config', '--unset', 'receive.denyDeletes']);
  await run('git', ['-C', repository, 'branch', '-D', branch]);
});

test('by pull request: each change of a run has a branch of its own, merged in any order', async () => {
  const annotations = { 'fulfil.io/deliver': 'pull-request' };
  await execute(platform, 'registerDestination', onGit('git-twice', { place: 'git-twice' }, annotations));
  const configure = ['first', 'second'].map((name) => pipeline(name, [echoStage()]));
  await execute(
    platform,
    'installPromise',
    promise('twice', { selector: { place: 'git-twice' }, resource: { configure } }),
  );
  const operation = await handOver(platform, 'configureResource', request('twice', 'one', { size: 'small' }));
  const branches = ['run-1', 'run-1-2'].map((end) => `fulfil/resource/twice/default/one/${end}`);
  const proposed = async () => {
    const { stdout } = await run('git', [
      '-C',
      repository,
      'branch',
      '--list',
      '--format=%(refname:short)',
      'fulfil/*',
    ]);
    return stdout.trim().split('\n');
  };
  await eventually('both are proposed', async () => {
    const there = await proposed();
    return branches.every((branch) => there.includes(branch));
  });
  for (const branch of branches.toReversed()) await merge(branch);
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  expect(await proposed()).toEqual(['']);
});

/** As people do it, and squashed. */
async function merge(branch: string): Promise<void> {
  const clone = await mkdtemp(join(platform.home, 'people-'));
  const git = (...args: string[]) =>
    run('git', ['-C', clone, '-c', 'user.name=p', '-c', 'user.email=p@example.com', ...args]);
  await run('git', ['clone', '--quiet', repository, clone]);
  await git('commit', '--quiet', '--allow-empty', '-m', 'theirs'); // the store may be empty still
  await git('merge', '--quiet', '--squash', '--allow-unrelated-histories', `origin/${branch}`);
  await git('commit', '--quiet', '-m', 'merged by people');
  await git('push', '--quiet', 'origin', 'main');
}

test('a Destination that moves to another store has its documents in the old one until they are in the new one', async () => {
  await execute(platform, 'registerDestination', destination('moved', { place: 'moved' }));
  await ready('moved', 'moved');
  const file = await onlyFile('moved');
  await execute(
    platform,
    'registerDestination',
    onGit('moved', { place: 'moved' }, { 'fulfil.io/deliver': 'pull-request' }),
  );
  const entity = 'resource/moved/default/one';
  const status = await eventually('the move to wait for people', async () => {
    const found = await platform.entities.status(entity);
    return found?.message.startsWith('branch ') === true ? found : undefined;
  });
  expect(await text(file)).toContain('text: small');
  await merge(/^branch (\S+) /.exec(status.message)?.[1] ?? '');
  const isEmpty = async () => ((await text(file)) === undefined ? true : undefined);
  await eventually('the old store without them', isEmpty, 90_000); // merges are looked for every half a minute
  await eventually('the move to be over', async () => {
    return (await platform.entities.status(entity))?.phase === 'Ready' ? true : undefined;
  });
});

test('one file for a whole Destination: it has everybody, loses who goes, and moves as a whole', async () => {
  const joined = (filename: string) =>
    destination('joined', { place: 'joined' }, { filepath: { mode: 'aggregatedYAML', filename } });
  await execute(platform, 'registerDestination', joined('all.yaml'));
  await execute(platform, 'installPromise', echoPromise('joint', 'joined'));
  const wishes = ['a', 'b', 'c'].map((name) =>
    start(platform, 'configureResource', request('joint', name, { size: name })),
  );
  await Promise.all(wishes.map(async (handle) => ended(await handle)));
  const file = join(platform.store, 'joined', 'all.yaml');
  expect((await text(file))?.match(/text: [abc]/g)).toEqual(['text: a', 'text: b', 'text: c']);
  const { apiVersion, kind } = request('joint', 'b');
  await execute(platform, 'deleteResource', { apiVersion, kind, namespace: 'default', name: 'b' });
  expect((await text(file))?.match(/text: [abc]/g)).toEqual(['text: a', 'text: c']);

  await execute(platform, 'registerDestination', joined('other.yaml'));
  const other = join(platform.store, 'joined', 'other.yaml');
  const both = async () =>
    (await text(other))?.match(/text: [abc]/g)?.join() === 'text: a,text: c' ? true : undefined;
  await eventually('the other file with both', both);
  await eventually('no file of the old name', async () => ((await text(file)) === undefined ? true : undefined));
  await execute(platform, 'deletePromise', { name: 'joint' });
  expect(await text(other)).toBeUndefined();
});
