import { execFile } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { destination, echoStage, pipeline, promise, request, stage } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { ended, execute, handOver, settled } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import type { BucketServer } from '../servers/bucketServer.js';
import { minioServer } from '../servers/bucketServer.js';
import type { TcpProxy } from '../servers/tcpProxy.js';
import { startTcpProxy } from '../servers/tcpProxy.js';

/** Artifacts in a bucket that can be taken away. */
let bucket: BucketServer;
let proxy: TcpProxy;
let platform: Platform;

beforeAll(async () => {
  bucket = await minioServer();
  await bucket.client.makeBucket('artifacts');
  proxy = await startTcpProxy('127.0.0.1', Number(bucket.endpoint.split(':')[1]));
  platform = await openPlatform({
    environment: {
      FULFIL_ARTIFACTS_URL: `http://127.0.0.1:${proxy.port}/artifacts`,
      FULFIL_ARTIFACTS_ACCESS_KEY: bucket.accessKey,
      FULFIL_ARTIFACTS_SECRET_KEY: bucket.secretKey,
      FULFIL_RECHECK_INTERVAL: '1s',
    },
  });
});
afterAll(async () => {
  await platform?.close();
  await proxy?.stop();
  await bucket?.close();
});

async function loseArtifacts(): Promise<void> {
  const keys: string[] = [];
  const listed = bucket.client.listObjectsV2('artifacts', '', true) as AsyncIterable<{ readonly name?: string }>;
  for await (const { name = '' } of listed) keys.push(name);
  await bucket.client.removeObjects('artifacts', keys);
}

const activityFailed = 13;
const git = async (...args: string[]) => (await promisify(execFile)('git', args)).stdout;

test('documents that are to be written while the artifacts are away are written when they are back', async () => {
  const repository = join(platform.home, 'store.git');
  await git('init', '--quiet', '--bare', '--initial-branch=main', repository);
  const stateStoreRef = { kind: 'GitStateStore', name: 'late' };
  const [apiVersion, metadata] = ['platform.kratix.io/v1alpha1', { name: 'late' }];
  const spec = { url: `file://${repository}` };
  await execute(platform, 'registerStateStore', { apiVersion, kind: 'GitStateStore', metadata, spec });
  await execute(platform, 'registerDestination', destination('late', {}, { stateStoreRef }));
  const configure = [pipeline('configure', [echoStage()])];
  await execute(platform, 'installPromise', promise('late', { resource: { configure } }));
  await rename(repository, `${repository}.away`);
  const operation = await handOver(platform, 'configureResource', request('late', 'one', { size: 'small' }));
  expect(await settled(operation)).toMatchObject({ phase: 'Waiting' });
  proxy.refuse();
  await rename(`${repository}.away`, repository);
  const run = platform.client.workflow.getHandle('resource/late/default/one/run-2');
  await eventually('a write to be given up for the first time', async () => {
    const { events } = await run.fetchHistory().catch(() => ({ events: [] }));
    return events?.some(({ eventType }) => Number(eventType) === activityFailed) ? true : undefined;
  });
  proxy.open();
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  expect(await git('-C', repository, 'grep', 'text: small', 'main')).toContain('late/resources/default/late/one/');
});

test('artifacts that were lost come back with documents that are applied again, and the rest with their pipelines', async () => {
  const tell = stage('tell', `echo 'endpoint: db.test' >/kratix/metadata/status.yaml`);
  const documents = [
    ['registerDestination', destination('kept', { team: 'kept' })],
    [
      'installPromise',
      promise('kept', {
        selector: { team: 'kept' },
        resource: { configure: [pipeline('configure', [echoStage(), tell])] },
      }),
    ],
    ['configureResource', request('kept', 'one', { size: 'small' })],
  ] as const;
  for (const [type, document] of documents) await execute(platform, type, document);
  await loseArtifacts();

  for (const [type, document] of documents) {
    expect(await execute(platform, type, document)).toMatchObject({ phase: 'Ready', changed: false });
  }
  const entity = 'resource/kept/default/one';
  await platform.client.workflow.getHandle(entity).signal('reconcile');
  const again = await eventually('run 2', async () => {
    const status = await platform.entities.status(entity);
    return status?.phase === 'Ready' && status.runs.length === 2 ? status : undefined;
  });
  expect(again.runs.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Succeeded']);
});

test('one file for all: a part that was lost is named, kept out of nothing, and waited for until its pipelines have run', async () => {
  const filepath = { mode: 'aggregatedYAML', filename: 'all.yaml' };
  const installed = promise('joined', {
    selector: { team: 'joined' },
    resource: { configure: [pipeline('configure', [echoStage()])] },
  });
  await execute(platform, 'registerDestination', destination('joined', { team: 'joined' }, { filepath }));
  await execute(platform, 'installPromise', installed);
  for (const name of ['one', 'two']) {
    await execute(platform, 'configureResource', request('joined', name, { size: 'small' }));
  }
  const file = join(platform.store, 'joined', 'all.yaml');
  const before = await readFile(file, 'utf8');
  await loseArtifacts();
  await execute(platform, 'installPromise', installed);

  const operation = await handOver(platform, 'configureResource', request('joined', 'one', { size: 'large' }));
  expect(await settled(operation)).toMatchObject({
    phase: 'Waiting',
    message: expect.stringMatching(
      /^its documents cannot be written yet: the part of \S*two\S* in .* is lost/,
    ) as unknown,
  });
  expect(await readFile(file, 'utf8')).toBe(before);
  await execute(platform, 'configureResource', request('joined', 'two', { size: 'large' }));
  expect(await ended(operation)).toMatchObject({ phase: 'Ready' });
  const after = await readFile(file, 'utf8');
  expect(after.match(/text: large/g)).toHaveLength(2);
  expect(after).not.toContain('small');
});
