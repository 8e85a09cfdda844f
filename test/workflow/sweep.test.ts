import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { directoryArtifacts } from '../../activities/artifacts/directoryArtifacts.js';
import { sweepArtifacts } from '../../activities/artifacts/sweepArtifacts.js';
import { neededDigests } from '../../activities/neededDigests.js';
import { ensureSweepSchedule } from '../../activities/sweepSchedule.js';
import { keepSweepSchedule } from '../../src/worker/keepSweepSchedule.js';
import type { OperationResult } from '../../workflows/operation.js';
import { configMap, destination, echoStage, pipeline, promise, request, stage } from '../platform/documents.js';
import { eventually, succeeds } from '../platform/eventually.js';
import { execute, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';

let platform: Platform;

beforeAll(async () => {
  platform = await openPlatform({ destinations: { here: { place: 'here' } } });
});
afterAll(async () => {
  await platform?.close();
});

const root = () => join(platform.home, 'artifacts');
const day = 24 * 3_600_000;

async function blobs(): Promise<string[]> {
  const entries = await readdir(root(), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** As if nothing had been put or needed for that long. */
async function age(days: number): Promise<void> {
  const then = new Date(Date.now() - days * day);
  for (const blob of await blobs()) await utimes(blob, then, then);
}

/** What every file of the state store says. */
async function documents(): Promise<readonly (readonly [string, string])[]> {
  const files = await storeFiles(platform.store);
  return Promise.all(files.map(async (file) => [file, await readFile(join(platform.store, file), 'utf8')] as const));
}

async function runsOf(entity: string) {
  return (await platform.entities.status(entity))?.runs ?? [];
}

/** Suspends unless the object says that it was suspended before. */
const suspends = `grep -q 'phase: Suspended' /kratix/input/object.yaml || echo 'suspend: true' >/kratix/metadata/workflow-control.yaml`;

test('artifacts that nobody needs for thirty days are removed; everything else works as before', async () => {
  const filepath = { mode: 'aggregatedYAML', filename: 'all.yaml' };
  await execute(platform, 'registerDestination', destination('joined', { place: 'joined' }, { filepath }));
  const resource = {
    configure: [
      pipeline('first', [stage('mark', 'echo marked >/kratix/metadata/mark'), echoStage()]),
      pipeline('second', [stage('tell', `echo 'message: told' >/kratix/metadata/status.yaml`)]),
    ],
    delete: [pipeline('goodbye', [stage('wave', 'cat /kratix/input/object.yaml')])],
  };
  const dependencies = [configMap('base')];
  await execute(platform, 'installPromise', promise('swept', { selector: { place: 'here' }, dependencies, resource }));
  const late = { configure: [pipeline('early', [echoStage()]), pipeline('late', [stage('hold', suspends)])] };
  await execute(platform, 'installPromise', promise('held', { selector: { place: 'joined' }, resource: late }));
  for (const size of ['old', 'new']) await execute(platform, 'configureResource', request('swept', 'one', { size }));
  const suspended = await start(platform, 'configureResource', request('held', 'two', { size: 'kept' }));
  expect(await settled(suspended)).toMatchObject({ phase: 'Suspended' });
  const before = await documents();
  expect(before.map(([file]) => file)).toContain('joined/all.yaml');

  // A Temporal that is new cannot know yet what is needed.
  await ensureSweepSchedule(platform.client, platform.taskQueue);
  await ensureSweepSchedule(platform.client, platform.taskQueue);
  await age(60);
  const count = (await blobs()).length;
  const schedule = platform.client.schedule.getHandle('sweep-artifacts');
  await schedule.trigger();
  const started = await eventually('the sweep to start', async () => (await schedule.describe()).info.recentActions[0]);
  const { workflowId } = started.action.workflow;
  const result = (await platform.client.workflow.getHandle(workflowId).result()) as OperationResult;
  expect(result).toMatchObject({ phase: 'Ready', changed: false });
  expect(result.message).toMatch(/^\d+ artifact\(s\) may be needed; none is removed before 20/);
  expect((await blobs()).length).toBe(count);

  await age(60);
  const artifacts = directoryArtifacts(root());
  const needed = neededDigests(platform.client, platform.taskQueue);
  const unneeded = await artifacts.put('of an object that is long gone');
  await age(60);
  const options = { artifacts, needed, notedSince: Date.now() - 31 * day, now: Date.now() };
  const swept = await sweepArtifacts(options, new AbortController().signal);
  expect(swept.removed).toBeGreaterThan(0);
  expect(swept.needed + swept.removed).toBe(count + 1);
  await expect(artifacts.get(unneeded)).rejects.toMatchObject({ type: 'ArtifactMissing' });
  for (const blob of await blobs()) expect((await stat(blob)).mtimeMs).toBeGreaterThan(Date.now() - day);

  // Documents can be written again, logs be read, pipelines go on and run anew.
  for (const place of ['here', 'joined']) await rm(join(platform.store, place), { recursive: true });
  await execute(platform, 'repair', {});
  expect(await documents()).toEqual(before);
  const stages = (await runsOf('resource/swept/default/one')).flatMap((run) => run.stages);
  expect(stages).toHaveLength(6);
  for (const { log } of stages) await artifacts.get(log ?? '');
  await platform.entities.command('resource/held/default/two', 'resume');
  await eventually('it to go on', async () => (await runsOf('resource/held/default/two'))[0]?.outcome === 'Succeeded');
  const runs = (await runsOf('resource/swept/default/one')).length;
  await platform.entities.command('resource/swept/default/one', 'reconcile');
  const ranAnew = async () => (await runsOf('resource/swept/default/one')).length > runs;
  await eventually('it to run anew', ranAnew);
  await execute(platform, 'configureResource', request('swept', 'one', { size: 'old' }));
  for (const name of ['swept', 'held']) {
    expect(await execute(platform, 'deletePromise', { name })).toMatchObject({ phase: 'Gone' });
  }
  expect(await documents()).toEqual([]);
});

test('a worker brings the schedule back when Temporal is lost', async () => {
  const over = new AbortController();
  const failures: unknown[] = [];
  const failed = (thrown: unknown) => failures.push(thrown);
  const keeping = keepSweepSchedule(platform.client, platform.taskQueue, failed, over.signal, 100);
  const schedule = platform.client.schedule.getHandle('sweep-artifacts');
  await succeeds('the schedule to be there', () => schedule.describe());
  await platform.loseTemporal();
  await succeeds('the schedule to be there again', () => schedule.describe());
  over.abort();
  await keeping;
  expect(failures.map(String).filter((failure) => !failure.includes('Temporal:'))).toEqual([]);
});
