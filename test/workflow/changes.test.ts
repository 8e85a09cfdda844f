import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Document } from '../platform/documents.js';
import { destination, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually, holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { ended, execute, handOver, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const readSize = `size=$(sed -n 's/^  size: *//p' /kratix/input/object.yaml)\n`;

/** Writes a document with the id that it finds in the object's status. */
const seenId = `id=$(sed -n 's/^  id: *//p' /kratix/input/object.yaml)\n${writeConfigMap('out', '$id')}\n`;

function oneOf(kind: string) {
  return { apiVersion: 'test.fulfil.io/v1', kind, namespace: 'default', name: 'one' };
}

function documentOf(name: string, pipelineName = 'configure'): Promise<string> {
  const path = `west/resources/default/${name}/one/${pipelineName}/5058f/out.yaml`;
  return readFile(join(platform.store, path), 'utf8');
}

test('two edits during a long stage: the stage goes on, and exactly one more run has the newest wish', async () => {
  const held = gate(platform.home, 'edited');
  const slow = stage('slow', `${readSize}${writeConfigMap('out', '$size')}[ $size != first ] || {\n${held.script}}`);
  await execute(
    platform,
    'installPromise',
    promise('edited', { resource: { configure: [pipeline('configure', [slow])] } }),
  );

  const first = await start(platform, 'configureResource', request('edited', 'one', { size: 'first' }));
  await held.reached();
  const second = await handOver(platform, 'configureResource', request('edited', 'one', { size: 'second' }));
  const third = await handOver(platform, 'configureResource', request('edited', 'one', { size: 'third' }));
  await held.open();
  const ends = await Promise.all([first, second, third].map(ended));
  expect(ends.map(({ phase, message }) => [phase, message])).toEqual([
    ['Ready', 'written to west'],
    ['Ready', 'written to west'],
    ['Ready', 'written to west'],
  ]);

  const status = await platform.entities.status('resource/edited/default/one');
  expect(status?.runs.map(({ number, generation, outcome }) => [number, generation, outcome])).toEqual([
    [2, 3, 'Succeeded'],
    [1, 1, 'Superseded'],
  ]);
  // The first stage was let finish: it is not among the failed.
  expect(status?.runs[1]?.stages.map(({ outcome }) => outcome)).toEqual(['Succeeded']);
  expect(await documentOf('edited')).toContain('text: third');
});

test('a superseded run does not begin its next pipeline', async () => {
  const held = gate(platform.home, 'two-pipelines');
  const slow = stage('slow', `${readSize}[ $size != first ] || {\n${held.script}}`);
  const after = stage('after', `${readSize}${writeConfigMap('out', '$size')}`);
  const configure = [pipeline('long', [slow]), pipeline('short', [after])];
  await execute(platform, 'installPromise', promise('stopped', { resource: { configure } }));
  const first = await start(platform, 'configureResource', request('stopped', 'one', { size: 'first' }));
  await held.reached();
  const second = await handOver(platform, 'configureResource', request('stopped', 'one', { size: 'second' }));
  await held.open();
  await Promise.all([ended(first), ended(second)]);
  const status = await platform.entities.status('resource/stopped/default/one');
  expect(status?.runs[1]?.stages.map((each) => each.stage)).toEqual(['slow']);
  expect(await documentOf('stopped', 'short')).toContain('text: second');
});

test('labels that change during a run are what its later pipelines read', async () => {
  const held = gate(platform.home, 'teams');
  const team = `team=$(sed -n 's/^ *team: *//p' /kratix/input/object.yaml)\n`;
  const configure = [
    pipeline('long', [stage('slow', held.script)]),
    pipeline('short', [stage('after', `${team}${writeConfigMap('out', '$team')}`)]),
  ];
  const labelled = (document: Document, team: string) => ({
    ...document,
    metadata: { ...(document['metadata'] as Document), labels: { team } },
  });
  const document = promise('teams', { promise: { configure }, resource: { configure } });
  const [installing, relabelling] = await overtake('installPromise', (name) => labelled(document, name));
  await Promise.all([ended(installing), ended(relabelling)]);
  const asked = request('teams', 'one');
  const [asking, renaming] = await overtake('configureResource', (name) => labelled(asked, name));
  await Promise.all([ended(asking), ended(renaming)]);

  expect(await documentOf('teams', 'short')).toContain('text: two');
  const ofPromise = join(platform.store, 'west/dependencies/teams/short/5058f/out.yaml');
  expect(await readFile(ofPromise, 'utf8')).toContain('text: two');
  for (const id of ['promise/teams', 'resource/teams/default/one'])
    expect((await platform.entities.status(id))?.runs).toHaveLength(1);

  async function overtake(type: 'installPromise' | 'configureResource', of: (team: string) => Document) {
    const first = await start(platform, type, of('one'));
    await held.reached();
    const second = await handOver(platform, type, of('two'));
    await held.open();
    return [first, second] as const;
  }
});

test('what a pipeline wrote into status.yaml is kept although something newer came: the next pipelines see it', async () => {
  const held = gate(platform.home, 'remembers');
  const remembering = stage(
    'remembering',
    `${readSize}[ $size != first ] || { echo 'id: db-42' > /kratix/metadata/status.yaml\n${held.script}}\n${seenId}`,
  );
  const deleting = stage('deleting', `${seenId}grep -q 'id: db-42' /kratix/input/object.yaml`);
  const resource = { configure: [pipeline('configure', [remembering])], delete: [pipeline('drop', [deleting])] };
  await execute(platform, 'installPromise', promise('remembers', { resource }));
  const first = await start(platform, 'configureResource', request('remembers', 'one', { size: 'first' }));
  await held.reached();
  const second = await handOver(platform, 'configureResource', request('remembers', 'one', { size: 'second' }));
  await held.open();
  await Promise.all([ended(first), ended(second)]);
  expect(await documentOf('remembers')).toContain('text: db-42');
  expect(await execute(platform, 'deleteResource', oneOf('Remembers'))).toMatchObject({ phase: 'Gone' });
});

test('a deletion that overtakes a pipeline finds what that wrote into status.yaml', async () => {
  const held = gate(platform.home, 'overtaken');
  const making = stage('making', `echo 'id: db-43' > /kratix/metadata/status.yaml\n${held.script}`);
  const dropping = stage('dropping', `grep -q 'id: db-43' /kratix/input/object.yaml`);
  const resource = { configure: [pipeline('configure', [making])], delete: [pipeline('drop', [dropping])] };
  await execute(platform, 'installPromise', promise('overtaken', { resource }));
  const asking = await start(platform, 'configureResource', request('overtaken', 'one'));
  await held.reached();
  const deleting = await start(platform, 'deleteResource', oneOf('Overtaken'));
  await eventually('it waits for the pipeline', async () => {
    const status = await platform.entities.status('resource/overtaken/default/one');
    return status?.deleting === true ? true : undefined;
  });
  await held.open();
  expect(await ended(deleting)).toMatchObject({ phase: 'Gone' });
  await expect(asking.result()).rejects.toThrow();
});

test('a pause lets the pipeline that runs write what it made, and begins none after it', async () => {
  const held = gate(platform.home, 'halfway');
  const first = stage('first', `${writeConfigMap('out', 'kept')}${held.script}`);
  const configure = [pipeline('early', [first]), pipeline('late', [stage('b', writeConfigMap('out', 'late'))])];
  await execute(platform, 'installPromise', promise('halfway', { resource: { configure } }));
  const asking = await start(platform, 'configureResource', request('halfway', 'one'));
  await held.reached();
  const entity = platform.client.workflow.getHandle('resource/halfway/default/one');
  await entity.signal('pause');
  await held.open();
  await holds('the document of the pipeline that ran', async () =>
    (await documentOf('halfway', 'early')).includes('text: kept'),
  );
  const paused = await eventually('it is paused', async () => {
    const status = await platform.entities.status('resource/halfway/default/one');
    return status?.phase === 'Paused' && status.runs[0]?.outcome === 'Superseded' ? status : undefined;
  });
  expect(paused.runs[0]?.stages.map((each) => each.stage)).toEqual(['first']);
  await entity.signal('unpause');
  // From the start.
  expect(await held.openDuring(ended(asking))).toMatchObject({ phase: 'Ready' });
  expect(await documentOf('halfway', 'late')).toContain('text: late');
});

test('a new revision of a Promise runs its requests anew; a run that goes on keeps the revision it began with', async () => {
  const held = gate(platform.home, 'revised');
  const revision = (text: string, before = '') =>
    promise('revised', {
      version: text,
      resource: {
        configure: [
          pipeline('configure', [stage('first', before || 'true'), stage('write', writeConfigMap('out', text))]),
        ],
      },
    });
  await execute(platform, 'installPromise', revision('v1', held.script));
  const asking = await start(platform, 'configureResource', request('revised', 'one'));
  await held.reached();
  await execute(platform, 'installPromise', revision('v2'));
  await held.open();
  expect(await ended(asking)).toMatchObject({ phase: 'Ready' });

  const entity = 'resource/revised/default/one';
  const [second, first] = (await platform.entities.status(entity))?.runs ?? [];
  expect([first?.promiseGeneration, second?.promiseGeneration]).toEqual([1, 2]);
  // Both stages of the first run belong to revision 1, although revision 2 was there before the second stage began.
  expect(first?.stages.map((each) => each.stage)).toEqual(['first', 'write']);
  const log = await platform.entities.runStatus(first?.id ?? '');
  expect(log?.outcome).toBe('Superseded');
  expect(await documentOf('revised')).toContain('text: v2');
  expect((await platform.entities.status(entity))?.version).toBe('v2');
});

test('an unchanged Promise leaves its requests alone; a changed one updates all of them', async () => {
  const revision = (text: string) =>
    promise('shared', {
      resource: { configure: [pipeline('configure', [stage('write', writeConfigMap('out', text))])] },
    });
  await execute(platform, 'installPromise', revision('a'));
  const names = ['one', 'two', 'three'];
  await Promise.all(names.map((name) => execute(platform, 'configureResource', request('shared', name))));
  const runsOf = async () =>
    Promise.all(
      names.map(async (name) => (await platform.entities.status(`resource/shared/default/${name}`))?.runs.length),
    );
  await execute(platform, 'installPromise', revision('a'));
  expect(await runsOf()).toEqual([1, 1, 1]);
  await execute(platform, 'installPromise', revision('b'));
  // Requests follow on their own: nobody waits for them.
  await holds('all three requests with the new revision', async () => (await runsOf()).every((count) => count === 2));
  await holds('the new document', async () => (await documentOf('shared')).includes('text: b'));
});

test('documents and pipelines that a new revision no longer has are removed', async () => {
  const write = (name: string) => stage('write', writeConfigMap(name, name));
  const before = [pipeline('first', [write('a')]), pipeline('second', [write('b')])];
  await execute(platform, 'installPromise', promise('fewer', { resource: { configure: before } }));
  await execute(platform, 'configureResource', request('fewer', 'one'));
  const root = join(platform.store, 'west/resources/default/fewer/one');
  await expect(readFile(join(root, 'second/5058f/b.yaml'), 'utf8')).resolves.toContain('name: b');
  const after = [pipeline('first', [write('c')])];
  await execute(platform, 'installPromise', promise('fewer', { resource: { configure: after } }));
  await holds('the old documents gone', async () => {
    const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined);
    const found = await Promise.all(['first/5058f/a.yaml', 'second/5058f/b.yaml', 'first/5058f/c.yaml'].map(read));
    return found[0] === undefined && found[1] === undefined && found[2] !== undefined;
  });
});

test('a long life is spread over short histories, and who waits is answered all the same', async () => {
  const held = gate(platform.home, 'long-life');
  const slow = stage('slow', `${readSize}[ $size != first ] || {\n${held.script}}`);
  await execute(
    platform,
    'installPromise',
    promise('lasting', { resource: { configure: [pipeline('configure', [slow])] } }),
  );
  const first = await start(platform, 'configureResource', request('lasting', 'one', { size: 'first' }));
  await held.reached();
  const handle = platform.client.workflow.getHandle('resource/lasting/default/one');
  const before = (await handle.describe()).runId;
  const second = await handOver(platform, 'configureResource', request('lasting', 'one', { size: 'second' }));
  await held.open();
  // Its answer comes from an execution that did not take its wish.
  expect(await ended(first)).toMatchObject({ phase: 'Ready', changed: true });
  expect(await ended(second)).toMatchObject({ phase: 'Ready', changed: true });
  const after = await handle.describe();
  expect(after.runId).not.toBe(before);
  expect(after.status.name).toBe('RUNNING');
  expect(after.historyLength).toBeLessThan(100);
});

test('requests hear of changed Destinations while their Promise is busy with itself', async () => {
  const place = { place: 'roomy' };
  const held = gate(platform.home, 'roomy');
  const write = [pipeline('configure', [stage('write', writeConfigMap('out', 'here'))])];
  const roomy = (own: object) => promise('roomy', { selector: place, resource: { configure: write }, ...own });
  await execute(platform, 'registerDestination', destination('roomy', place));
  await execute(platform, 'installPromise', roomy({}));
  await execute(platform, 'configureResource', request('roomy', 'one'));

  const slow = await start(
    platform,
    'installPromise',
    roomy({ promise: { configure: [pipeline('long', [stage('slow', held.script)])] } }),
  );
  await held.reached();
  await execute(platform, 'registerDestination', destination('roomy', place, { path: 'moved' }));
  await holds('moved while the Promise runs', async () => {
    return (await storeFiles(platform.store)).includes('moved/resources/default/roomy/one/configure/5058f/out.yaml');
  });
  await held.open();
  expect(await ended(slow)).toMatchObject({ phase: 'Ready' });
});
