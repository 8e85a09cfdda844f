import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { ended, execute, failure, handOver } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { registerWebStore } from '../platform/webStore.js';
import type { GitHttpServer } from '../servers/gitHttpServer.js';
import { gitHttpServer } from '../servers/gitHttpServer.js';
import type { GitRepository } from '../servers/gitRepository.js';
import { gitRepository } from '../servers/gitRepository.js';

/** A remote that does not let some documents in: nobody but those who asked for them is held up, and they are not for long. */
let platform: Platform;
let repository: GitRepository;
let web: GitHttpServer;

beforeAll(async () => {
  platform = await openPlatform({});
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  web.password = 'open';
  await repository.hook(
    'pre-receive',
    `while read old new ref; do
  if [ -e ${kept()} ] && git diff --name-only --no-renames --diff-filter=D $old $new | grep -q .; then
    echo "nothing may go" >&2
    exit 1
  fi
  [ -e ${closed()} ] || continue
  if git diff --name-only $old $new | grep -q /held/; then
    echo "held is frozen" >&2
    exit 1
  fi
done`,
  );
  await registerWebStore(platform, web);
  const configure = [pipeline('configure', [echoStage()])];
  await execute(platform, 'installPromise', promise('frozen', { selector: { place: 'web' }, resource: { configure } }));
});
afterAll(async () => {
  await platform?.close();
  await web?.close();
  await repository?.remove();
});

const closed = () => join(repository.root, 'closed');
const kept = () => join(repository.root, 'kept');
const status = (name: string) => platform.entities.status(`resource/frozen/default/${name}`);
const documents = async () => (await repository.files()).filter((file) => file.includes('/frozen/'));

test('what was refused is written by itself when it is taken; others go out meanwhile', async () => {
  await writeFile(closed(), '');
  const refused = await failure(execute(platform, 'configureResource', request('frozen', 'held', { size: 'small' })));
  expect(refused).toMatchObject({ type: 'DocumentRefused', message: expect.stringContaining('held is frozen') });
  await execute(platform, 'configureResource', request('frozen', 'free', { size: 'small' }));
  expect((await documents()).filter((file) => file.includes('/held/'))).toEqual([]);

  await rm(closed());
  await holds('written', async () => (await status('held'))?.phase === 'Ready', 90_000);
  expect((await documents()).filter((file) => file.includes('/held/'))).toHaveLength(1);
  expect((await status('held'))?.runs.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'place Succeeded',
    'configure Failed',
  ]);
});

test('what may not be removed is told, and goes when it may', async () => {
  await writeFile(closed(), '');
  const operation = await handOver(platform, 'deleteResource', {
    apiVersion: 'test.fulfil.io/v1',
    kind: 'Frozen',
    namespace: 'default',
    name: 'held',
  });
  await holds('told', async () => {
    const { phase, message = '' } = (await status('held')) ?? {};
    return phase === 'Deleting' && /its documents cannot be removed yet: .*held is frozen/.test(message);
  });
  await rm(closed());
  await ended(operation);
  expect((await documents()).filter((file) => file.includes('/held/'))).toEqual([]);
});

test('a pipeline that suspends is waited for although what came before it was refused', async () => {
  const asks = `grep -q 'phase: Suspended' /kratix/input/object.yaml || echo 'suspend: true' >/kratix/metadata/workflow-control.yaml\n`;
  const configure = [
    pipeline('first', [stage('a', writeConfigMap('a', 'first'))]),
    pipeline('second', [stage('b', `${writeConfigMap('b', 'second')}${asks}`)]),
  ];
  await execute(platform, 'installPromise', promise('asking', { selector: { place: 'web' }, resource: { configure } }));
  await writeFile(closed(), '');
  await failure(execute(platform, 'configureResource', request('asking', 'held')));
  const entity = 'resource/asking/default/held';
  const asking = () => platform.entities.status(entity);
  expect(await asking()).toMatchObject({ phase: 'Failed', suspension: { pipeline: 'second' } });
  const done = (await asking())?.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted');
  expect(done).toMatchObject({ status: 'False' });

  await rm(closed());
  await holds('written, and suspended', async () => (await asking())?.phase === 'Suspended', 90_000);
  expect((await repository.files()).filter((file) => file.includes('/asking/'))).toHaveLength(1);
  await platform.client.workflow.getHandle(entity).signal('resume');
  await holds('ready', async () => (await asking())?.phase === 'Ready');
  expect((await repository.files()).filter((file) => file.includes('/asking/'))).toHaveLength(2);
});

test('what was refused is written again although a later pipeline has failed, which it does not heal', async () => {
  const configure = [
    pipeline('first', [stage('a', writeConfigMap('a', 'first'))]),
    pipeline('second', [stage('b', 'sleep 2; exit 3')]),
  ];
  await execute(platform, 'installPromise', promise('broken', { selector: { place: 'web' }, resource: { configure } }));
  await writeFile(closed(), '');
  await failure(execute(platform, 'configureResource', request('broken', 'held')));
  await rm(closed());
  const documentsThere = async () => (await repository.files()).some((file) => file.includes('/broken/'));
  await holds('written', documentsThere, 90_000);
  await holds('failed', async () => {
    const { phase, runs = [] } = (await platform.entities.status('resource/broken/default/held')) ?? {};
    return phase === 'Failed' && runs[0]?.outcome === 'Succeeded' && runs.length === 2;
  });
});

test('what nobody wants any more and may not be removed is removed when it may; no pipeline has failed of it', async () => {
  const parts = (name: string, version: string) => ({
    version,
    selector: { place: 'web' },
    resource: { configure: [pipeline(name, [stage('write', writeConfigMap('out', 'same'))])] },
  });
  await execute(platform, 'installPromise', promise('moving', parts('before', 'v1')));
  await execute(platform, 'configureResource', request('moving', 'kept'));
  await writeFile(kept(), '');
  await execute(platform, 'installPromise', promise('moving', parts('after', 'v2')));
  const moving = () => platform.entities.status('resource/moving/default/kept');
  await holds('refused', async () => (await moving())?.phase === 'Failed');
  const done = (await moving())?.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted');
  expect(done).toMatchObject({ status: 'True' });
  const refused = { state: 'Failed', to: 'v2', message: expect.stringContaining('nothing may go') };
  expect((await moving())?.binding).toMatchObject({ lastApplied: 'v1', upgrade: refused });

  await rm(kept());
  await holds('removed', async () => (await moving())?.phase === 'Ready', 90_000);
  expect((await moving())?.binding).toMatchObject({ lastApplied: 'v2', upgrade: { state: 'Complete', to: 'v2' } });
  const files = (await repository.files()).filter((file) => file.includes('/moving/'));
  expect(files).toEqual([expect.stringContaining('/after/')]);
});

test('a run that somebody ends has not done its pipelines, whatever was refused before', async () => {
  const slow = `grep -q 'size: slow' /kratix/input/object.yaml && sleep 120\n`;
  const configure = [pipeline('configure', [stage('write', `${writeConfigMap('out', 'x')}${slow}true`)])];
  await execute(platform, 'installPromise', promise('ending', { selector: { place: 'web' }, resource: { configure } }));
  await writeFile(closed(), '');
  await failure(execute(platform, 'configureResource', request('ending', 'held', { size: 'small' })));
  const operation = await handOver(platform, 'configureResource', request('ending', 'held', { size: 'slow' }));
  const entity = 'resource/ending/default/held';
  await holds('running', async () => (await platform.entities.status(entity))?.runs.length === 2);
  const run = (await platform.entities.status(entity))?.runs[0]?.id ?? '';
  await platform.client.workflow.getHandle(run).terminate();
  await failure(ended(operation));
  const status = await platform.entities.status(entity);
  await rm(closed());
  const done = status?.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted');
  expect(done).toMatchObject({ status: 'False', reason: 'ConfigureWorkflowFailed' });
});
