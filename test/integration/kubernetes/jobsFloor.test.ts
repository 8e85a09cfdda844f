import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bareJob } from '../../cluster/bareJob.js';
import type { JobsCluster } from './jobsCluster.js';
import { openJobsCluster, stage } from './jobsCluster.js';

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

/** A pipeline of two stages has as many: its reader and its writer come on top. */
const containers = 4;

async function pipeline(): Promise<void> {
  await jobs.play(await jobs.tasks([stage('first', 'echo x > /kratix/output/x'), stage('second', 'true')]));
}

test('one pipeline of two stages takes less than 1.5 times as long as a bare Job of as many containers', async () => {
  await pipeline();
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await seconds(() => bareJob(jobs.cluster, jobs.namespace, containers)));
    ours.push(await seconds(pipeline));
  }
  const text = (times: readonly number[]) => times.map((time) => time.toFixed(2)).join(' ');
  process.stdout.write(`pipeline ${text(ours)} s, bare Job ${text(bare)} s\n`);
  expect(fastest(ours)).toBeLessThan(1.5 * fastest(bare));
});

test('many at once', async () => {
  const many = Array.from({ length: 10 });
  const bare = await seconds(() => Promise.all(many.map(() => bareJob(jobs.cluster, jobs.namespace, containers))));
  const ours = await seconds(() => Promise.all(many.map(pipeline)));
  process.stdout.write(`10 pipelines ${ours.toFixed(2)} s, 10 bare Jobs ${bare.toFixed(2)} s\n`);
  expect(ours).toBeLessThan(1.5 * bare);
});
