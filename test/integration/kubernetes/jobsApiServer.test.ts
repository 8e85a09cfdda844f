import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startOwnCluster } from '../../cluster/cluster.js';
import type { JobsCluster } from './jobsCluster.js';
import { openJobsCluster, stage } from './jobsCluster.js';

let own: OwnCluster;
let jobs: JobsCluster;

beforeAll(async () => {
  // Others would miss the API server of the cluster that all tests share.
  own = await startOwnCluster();
  jobs = await openJobsCluster(own.kubeconfig);
}, 300_000);

afterAll(async () => {
  await jobs?.close();
  await own?.stop();
}, 120_000);

test('an API server that restarts in the middle', async () => {
  const slow = "trap 'exit 143' TERM; echo begun; i=0; while [ $i -lt 60 ]; do sleep 0.1; i=$((i+1)); done; echo over";
  const tasks = await jobs.tasks([stage('slow', slow), stage('last', 'echo x > /kratix/output/x')]);
  const playing = jobs.play(tasks);
  await jobs.runs(tasks[0]);
  await own.stopPrograms('kube-apiserver');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await own.startPrograms();
  const { output, logs } = await playing;
  expect(logs[0]).toBe('begun\nover\n');
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
});
