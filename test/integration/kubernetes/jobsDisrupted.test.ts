import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startOwnCluster } from '../../cluster/cluster.js';
import { eventually } from '../../platform/eventually.js';
import type { JobsCluster } from './jobsCluster.js';
import { never, openJobsCluster, stage } from './jobsCluster.js';

let own: OwnCluster;
let jobs: JobsCluster;

beforeAll(async () => {
  // Others would miss the API server of the cluster that all tests share.
  own = await startOwnCluster();
  jobs = await openJobsCluster(own.kubeconfig);
});

afterAll(async () => {
  await jobs?.close();
  await own?.stop();
});

/** Ends at once when it is told to; long enough for whatever happens meanwhile to happen. */
const slow = "trap 'exit 143' TERM; echo begun; i=0; while [ $i -lt 60 ]; do sleep 0.1; i=$((i+1)); done; echo over";

test('an API server that restarts in the middle', async () => {
  const tasks = await jobs.tasks([stage('slow', slow), stage('last', 'echo x > /kratix/output/x')]);
  const playing = jobs.play(tasks);
  await jobs.runs(tasks[0]);
  await own.stopPrograms('kube-apiserver');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await own.startPrograms();
  const { output, logs } = await playing;
  expect(logs[0]).toBe('begun\nover\n');
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
  // The Job controller makes no other pod for minutes when one came and went before it watched again (its expectations).
  await jobs.kubectl('wait', 'jobs', '--all', '-n', jobs.namespace, '--for=condition=Complete', '--timeout=120s');
});

test('controllers that are away: it is said that there is no pod, and goes on when they are back', async () => {
  const [task] = await jobs.tasks([stage('only', 'echo x > /kratix/output/x')]);
  if (task === undefined) throw new Error('no stage');
  const told: string[] = [];
  await own.stopPrograms('kube-controller-manager');
  const running = jobs.runner(task, 1, never(), (line) => told.push(line));
  running.catch(() => undefined);
  try {
    await eventually('it is said', () => told.find((line) => line.startsWith('Kubernetes has not made its pod')));
  } finally {
    await own.startPrograms();
  }
  const { volumes } = await running;
  expect(await jobs.files(volumes.output)).toEqual({ x: 'x\n' });
  expect(told.at(-1)).toBe('');
});

test('a node that is drained: the pod is evicted, and its stages run again when a node takes them', async () => {
  // A busy machine takes its time to put a pod on a node again.
  const patient = { timeoutSeconds: 240 };
  const tasks = await jobs.tasks([stage('first', 'echo x >> /kratix/output/x'), stage('slow', slow)], patient);
  const playing = jobs.play(tasks);
  const pod = await jobs.runs(tasks[1]);
  try {
    await jobs.kubectl('drain', 'node', '--delete-emptydir-data', '--pod-selector', 'kratix.io/promise-name=parcels');
    expect((await jobs.pods()).map(({ metadata }) => metadata.name)).not.toContain(pod);
  } finally {
    await jobs.kubectl('uncordon', 'node');
  }
  const { output, logs } = await playing;
  expect(logs).toEqual(['', 'begun\nover\n']);
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
});

test('a taint that throws the pod out, where no replacement is allowed: said, and another Job is made', async () => {
  const spec = { restartPolicy: 'Never', jobOptions: { backoffLimit: 0 } };
  const [task] = await jobs.tasks([stage('slow', slow)], { spec });
  if (task === undefined) throw new Error('no stage');
  const running = jobs.runner(task, 1, never());
  running.catch(() => undefined);
  await jobs.runs(task);
  await jobs.kubectl('taint', 'nodes', 'node', 'broken=yes:NoExecute');
  try {
    await expect(running).rejects.toMatchObject({
      type: 'PodLost',
      retryable: true,
      message: expect.stringMatching(/^pipeline "configure", stage "slow" lost its pod: .*taint/i),
    });
  } finally {
    await jobs.kubectl('taint', 'nodes', 'node', 'broken-');
  }
  expect((await jobs.play([task])).logs).toEqual(['begun\nover\n']);
});

test('a node that dies: its pod is given up, and another runs when there is a node again', async () => {
  const [task] = await jobs.tasks([stage('only', `${slow}; echo x > /kratix/output/x`)], { timeoutSeconds: 240 });
  if (task === undefined) throw new Error('no stage');
  const told: string[] = [];
  const running = jobs.runner(task, 1, never(), (line) => told.push(line));
  running.catch(() => undefined);
  const pod = await jobs.runs(task);
  await own.stopPrograms('kubelet');
  await jobs.kubectl('wait', 'node/node', '--for=condition=Ready=Unknown', '--timeout=120s');
  // Where every node is silent Kubernetes evicts nothing by itself; this is how people tell it that one is dead.
  const dead = 'node.kubernetes.io/out-of-service';
  await jobs.kubectl('taint', 'nodes', 'node', `${dead}=nodeshutdown:NoExecute`);
  const unplaced = () => told.find((line) => line.startsWith('no node takes the pod'));
  await eventually('the replacement waits for a node', unplaced);
  await jobs.kubectl('taint', 'nodes', 'node', `${dead}-`);
  await own.startPrograms();
  const { volumes } = await running;
  expect(await jobs.files(volumes.output)).toEqual({ x: 'x\n' });
  expect((await jobs.pods()).map(({ metadata }) => metadata.name)).not.toContain(pod);
});
