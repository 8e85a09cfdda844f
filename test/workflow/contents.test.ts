import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { getJson } from '../../activities/artifacts/artifactStore.js';
import { directoryArtifacts } from '../../activities/artifacts/directoryArtifacts.js';
import { echoStage, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually, holds } from '../platform/eventually.js';
import { execute, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const echo = { configure: [pipeline('configure', [echoStage()])] };

function place(promiseName: string, pipelineName = 'configure'): string {
  return join(platform.store, `west/resources/default/${promiseName}/one/${pipelineName}/5058f`);
}

test.each([
  ['1.4 MB', 1_400_000],
  ['2.1 MB, more than one Temporal payload', 2_100_000],
  ['50 MB, more than one gRPC message', 50_000_000],
])('an output of %s arrives whole', async (_what, bytes) => {
  const name = `big-${bytes}`;
  // All cores: the default limit of a stage is a fifth of one.
  const write = stage('write', `head -c ${bytes} /dev/zero | tr '\\0' 'x' >/kratix/output/big.txt`, {
    resources: { limits: { cpu: '2', memory: '256Mi' } },
  });
  const check = stage('check', `[ "$(wc -c </kratix/output/big.txt)" = ${bytes} ]`);
  await execute(
    platform,
    'installPromise',
    promise(name, { resource: { configure: [pipeline('configure', [write, check])] } }),
  );
  await execute(platform, 'configureResource', request(name, 'one'));
  expect((await stat(join(place(name), 'big.txt'))).size).toBe(bytes);
  const history = await platform.client.workflow.getHandle(`resource/${name}/default/one/run-1`).fetchHistory();
  expect(JSON.stringify(history).length).toBeLessThan(100_000);
});

test('names of 63 characters work throughout', async () => {
  const long = `${'n'.repeat(62)}x`;
  const namespace = `${'s'.repeat(62)}x`;
  // With a pipeline a Promise's name has to leave room for the name of what runs it (reference, section 1.1, rule 6).
  const promiseName = `p${'q'.repeat(60 - '-resource-configure-c'.length - 1)}`;
  await execute(
    platform,
    'installPromise',
    promise(promiseName, { resource: { configure: [pipeline('c', [echoStage(long)])] } }),
  );
  const wish = request(promiseName, long, { size: 's' }, { metadata: { name: long, namespace } });
  expect(await execute(platform, 'configureResource', wish)).toMatchObject({ phase: 'Ready' });
  const path = join(platform.store, `west/resources/${namespace}/${promiseName}/${long}/c/5058f/out.yaml`);
  expect(await readFile(path, 'utf8')).toContain('text: s');
  await execute(platform, 'installPromise', promise(long, { kind: 'Long' }));
  expect(await execute(platform, 'deletePromise', { name: long })).toMatchObject({ phase: 'Gone' });
});

test('what a stage sees: the whole object, the variables of the contract, the volumes of its pipeline', async () => {
  const script = `
cp /kratix/input/object.yaml /kratix/output/object.yaml
env | grep ^KRATIX_ | sort >/kratix/output/env.txt
if touch /kratix/input/new 2>/dev/null; then exit 5; fi
echo "the input is read-only"`;
  const configure = [pipeline('configure', [stage('look', script)])];
  await execute(
    platform,
    'installPromise',
    promise('contract', { resource: { configure }, properties: { size: { type: 'string', default: 'medium' } } }),
  );
  await execute(platform, 'configureResource', request('contract', 'one'));
  const object = await readFile(join(place('contract'), 'object.yaml'), 'utf8');
  expect(object).toContain('  size: medium\n');
  expect(object).toContain('    kratix.io/promise-name: contract\n');
  expect(object).toContain('  generation: 1\n');
  expect((await readFile(join(place('contract'), 'env.txt'), 'utf8')).trimEnd().split('\n')).toEqual([
    'KRATIX_CLUSTER_SCOPED=false',
    'KRATIX_CRD_PLURAL=contracts',
    'KRATIX_OBJECT_GROUP=test.fulfil.io',
    'KRATIX_OBJECT_KIND=Contract',
    'KRATIX_OBJECT_NAME=one',
    'KRATIX_OBJECT_NAMESPACE=default',
    'KRATIX_OBJECT_VERSION=v1',
    'KRATIX_PIPELINE_NAME=configure',
    'KRATIX_PROMISE_NAME=contract',
    'KRATIX_WORKFLOW_ACTION=configure',
    'KRATIX_WORKFLOW_TYPE=resource',
  ]);
});

test('status.yaml is merged over what pipelines wrote before, is read by the next pipeline, and the last message is shown', async () => {
  const condition = (type: string) => `conditions: [{ type: ${type}, status: \\"True\\" }]`;
  const first = stage(
    'first',
    `printf "message: on its way\\n${condition('Built')}\\nurls:\\n  web: http://a\\n" >/kratix/metadata/status.yaml`,
  );
  const second = stage(
    'second',
    `
grep -q 'web: http://a' /kratix/input/object.yaml
printf "message: there\\n${condition('Reached')}\\nurls:\\n  api: http://b\\ncount: 2\\n" >/kratix/metadata/status.yaml`,
  );
  const configure = [pipeline('first', [first]), pipeline('second', [second])];
  await execute(platform, 'installPromise', promise('told', { resource: { configure } }));
  await execute(platform, 'configureResource', request('told', 'one'));
  const status = await platform.entities.status('resource/told/default/one');
  expect(status?.statusMessage).toBe('there');
  const artifacts = directoryArtifacts(join(platform.home, 'artifacts'));
  expect(await getJson(artifacts, status?.details ?? '')).toEqual({
    message: 'there',
    conditions: [
      { type: 'Built', status: 'True' },
      { type: 'Reached', status: 'True' },
    ],
    urls: { web: 'http://a', api: 'http://b' },
    count: 2,
  });
});

test('what pipelines wrote in status.yaml is merged into the status that the next run reads, and replaces nothing of ours', async () => {
  const script = `cp /kratix/input/object.yaml /kratix/output/object.yaml
printf 'conditions: [{ type: Built, status: "True" }]\\nkept: { a: 1 }\\n' >/kratix/metadata/status.yaml`;
  const configure = [pipeline('configure', [stage('look', script)])];
  await execute(platform, 'installPromise', promise('merged', { resource: { configure } }));
  for (const size of ['small', 'large'])
    await execute(platform, 'configureResource', request('merged', 'one', { size }));
  const { status } = load(await readFile(join(place('merged'), 'object.yaml'), 'utf8')) as { status: object };
  expect(status).toMatchObject({
    observedGeneration: 1,
    kept: { a: 1 },
    kratix: { workflows: { pipelines: [{ name: 'configure', phase: 'Succeeded' }] } },
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Reconciled', status: 'True' }),
      { type: 'Built', status: 'True' },
    ]) as unknown,
  });
});

test('`status` answers everything about an object, also when it has nothing to do', async () => {
  await execute(platform, 'installPromise', promise('shaped', { version: 'v7', resource: echo }));
  await execute(platform, 'configureResource', request('shaped', 'one', { size: 's' }));
  const owner = await platform.entities.status('promise/shaped');
  expect(owner).toMatchObject({
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    namespace: '',
    name: 'shaped',
    phase: 'Ready',
    generation: 1,
    observedGeneration: 1,
    version: 'v7',
    resources: ['default/one'],
    api: { apiVersion: 'test.fulfil.io/v1', kind: 'Shaped' },
    works: [],
  });
  expect(owner?.conditions.map(({ type, status }) => `${type}=${status}`).toSorted()).toEqual([
    'Available=True',
    'ConfigureWorkflowCompleted=True',
    'Reconciled=True',
    'WorksSucceeded=True',
  ]);
  const one = await platform.entities.status('resource/shaped/default/one');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(one?.runs).toEqual([
    {
      id: 'resource/shaped/default/one/run-1',
      number: 1,
      action: 'configure',
      generation: 1,
      promiseGeneration: 1,
      startedAt: time,
      finishedAt: time,
      outcome: 'Succeeded',
      message: 'written to west',
      stages: [
        {
          pipeline: 'configure',
          stage: 'echo',
          image: 'localhost/fulfil-base:1',
          outcome: 'Succeeded',
          log: expect.stringMatching(/^[0-9a-f]{64}$/),
          seconds: expect.any(Number),
        },
      ],
    },
  ]);
  expect(one?.works[0]?.placements[0]).toMatchObject({
    name: expect.stringMatching(/^shaped-one-configure-[0-9a-f]{5}\.west-5058f$/),
    destination: 'west',
    misplaced: false,
    written: { revision: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test('executions are found by search attributes, and the Web UI shows summaries and where an object stands', async () => {
  await execute(platform, 'installPromise', promise('found', { resource: echo }));
  await execute(platform, 'configureResource', request('found', 'one', { size: 's' }));
  const running = `ExecutionStatus='Running' AND FulfilPromise='found' AND FulfilPhase='Ready'`;
  // Visibility is written a moment after the fact.
  const ids = await eventually('both entities listed', async () => {
    const found: string[] = [];
    for await (const each of platform.client.workflow.list({ query: running })) found.push(each.workflowId);
    return found.length === 2 ? found.toSorted() : undefined;
  });
  expect(ids).toEqual(['promise/found', 'resource/found/default/one']);
  await holds('the resource by kind, name, namespace and Destination', async () => {
    const query = `FulfilKind='Found' AND FulfilName='one' AND FulfilNamespace='default' AND FulfilDestinations='west'`;
    const { count } = await platform.client.workflow.count(`${query} AND ExecutionStatus='Running'`);
    return count === 1;
  });
  const handle = platform.client.workflow.getHandle('resource/found/default/one');
  const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toBe('**Ready**: written to west');
  const run = platform.client.workflow.getHandle('resource/found/default/one/run-1');
  expect(await (await run.describe()).staticSummary()).toBe('configure Found default/one, generation 1');
});

test('nothing of a document is in any history', async () => {
  const secret = 'word-that-must-not-travel';
  await execute(
    platform,
    'installPromise',
    promise('quiet', {
      resource: {
        configure: [pipeline('configure', [stage('say', `echo ${secret}\n${writeConfigMap('out', secret)}`)])],
      },
    }),
  );
  const operation = await start(platform, 'configureResource', request('quiet', 'one', { size: 's' }));
  await operation.result();
  for (const id of ['promise/quiet', 'resource/quiet/default/one', 'resource/quiet/default/one/run-1']) {
    for await (const { runId } of platform.client.workflow.list({ query: `WorkflowId='${id}'` })) {
      const { events = [] } = await platform.client.workflow.getHandle(id, runId).fetchHistory();
      const text = JSON.stringify(events, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
      );
      expect(text).not.toContain(secret);
    }
  }
});
