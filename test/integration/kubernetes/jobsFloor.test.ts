import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import type { Job, KubernetesList } from '../../../activities/kubernetes/objects.js';
import { holds } from '../../../activities/kubernetes/objects.js';
import { jobsPath, query } from '../../../activities/kubernetes/paths.js';
import { watchEvents } from '../../../activities/kubernetes/cluster.js';
import type { JobsCluster } from './jobsCluster.js';
import { BASE, never, openJobsCluster, stage } from './jobsCluster.js';

let jobs: JobsCluster;

beforeAll(async () => {
  jobs = await openJobsCluster();
}, 180_000);

afterAll(() => jobs?.close());

/** Three of each, one after the other, so that both meet the same machine; the fastest is what the machine can do. */
const rounds = 3;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

function fastest(times: readonly number[]): number {
  return Math.min(...times);
}

/** A Job of as many containers that do nothing, until Kubernetes says that it is complete. */
async function bareJob(cluster: Cluster, namespace: string): Promise<void> {
  const container = (name: string) => ({ name, image: BASE, command: ['true'] });
  const name = `bare-${randomBytes(4).toString('hex')}`;
  const spec = {
    restartPolicy: 'Never',
    initContainers: ['a', 'b', 'c'].map(container),
    containers: [container('d')],
  };
  const body = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { spec } } };
  await cluster.ask('POST', jobsPath(namespace), { body });
  const selector = { fieldSelector: `metadata.name=${name}` };
  const list = (await cluster.ask('GET', `${jobsPath(namespace)}${query(selector)}`)) as KubernetesList<Job>;
  const { resourceVersion } = list.metadata;
  const path = `${jobsPath(namespace)}${query({ ...selector, resourceVersion, watch: 'true' })}`;
  for await (const { object } of watchEvents(cluster, path, never())) {
    if (holds((object as Job).status?.conditions, 'Complete') !== undefined) return;
  }
}

async function pipeline(): Promise<void> {
  await jobs.play(await jobs.tasks([stage('first', 'echo x > /kratix/output/x'), stage('second', 'true')]));
}

test('one pipeline of two stages takes less than 1.5 times as long as a bare Job of as many containers', async () => {
  await pipeline();
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await seconds(() => bareJob(jobs.cluster, jobs.namespace)));
    ours.push(await seconds(pipeline));
  }
  const text = (times: readonly number[]) => times.map((time) => time.toFixed(2)).join(' ');
  process.stdout.write(`pipeline ${text(ours)} s, bare Job ${text(bare)} s\n`);
  expect(fastest(ours)).toBeLessThan(1.5 * fastest(bare));
});

test('many at once', async () => {
  const many = Array.from({ length: 10 });
  const bare = await seconds(() => Promise.all(many.map(() => bareJob(jobs.cluster, jobs.namespace))));
  const ours = await seconds(() => Promise.all(many.map(pipeline)));
  process.stdout.write(`10 pipelines ${ours.toFixed(2)} s, 10 bare Jobs ${bare.toFixed(2)} s\n`);
  expect(ours).toBeLessThan(1.5 * bare);
});
