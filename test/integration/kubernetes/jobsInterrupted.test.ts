import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StageTask } from '../../../src/domain/stageTask.js';
import { succeeds } from '../../platform/eventually.js';
import type { JobsCluster } from './jobsCluster.js';
import { never, openJobsCluster, stage } from './jobsCluster.js';

let jobs: JobsCluster;

beforeAll(async () => {
  jobs = await openJobsCluster();
});

afterAll(() => jobs?.close());

/** Ends at once when it is told to: the tests need not wait for the 30 s of grace. */
const patient = (script: string) => `trap 'exit 143' TERM; ${script}`;
const endless = patient('echo begun; while :; do sleep 0.1; done');
/** Long enough for whatever happens meanwhile to happen. */
const slow = patient('echo begun; i=0; while [ $i -lt 60 ]; do sleep 0.1; i=$((i+1)); done; echo over');

async function left(task: StageTask | undefined): Promise<string> {
  const label = `kratix.io/resource-name=${task?.owner.name}`;
  return jobs.kubectl('get', 'jobs,pods', '-n', jobs.namespace, '-l', label, '-o', 'name');
}

function only([task]: readonly StageTask[]): StageTask {
  if (task === undefined) throw new Error('no stage');
  return task;
}

test('cancellation removes the Job and waits for its pod', async () => {
  const task = only(await jobs.tasks([stage('endless', endless)]));
  const abort = new AbortController();
  const running = jobs.runner(task, 1, abort.signal);
  await jobs.runs(task);
  abort.abort(new Error('CANCELLED'));
  await expect(running).rejects.toThrow('CANCELLED');
  expect(await left(task)).toBe('');
});

test('a stage that runs too long is stopped, with its log', async () => {
  const task = only(await jobs.tasks([stage('endless', endless)], { timeoutSeconds: 40 }));
  const failure = (await jobs.runner(task, 1, never()).catch((thrown: unknown) => thrown)) as {
    details: { log: string };
  };
  expect(failure).toMatchObject({
    type: 'StageTimeout',
    retryable: false,
    message:
      'pipeline "configure", stage "endless" was stopped: it ran longer than its limit of 40 s (fulfil.io/timeout)',
  });
  expect(await jobs.text(failure.details.log)).toBe('begun\n');
  expect(await left(task)).toBe('');
});

test('a pod that no node takes is looked at until one does, and its time counts from then on', async () => {
  const label = `fulfil.test/${jobs.namespace}`;
  const nowhere = { spec: { nodeSelector: { [label]: 'yes' } }, timeoutSeconds: 10 };
  const task = only(await jobs.tasks([stage('waits', 'echo begun')], nowhere));
  const why = {
    type: 'PodAwaited',
    message: expect.stringMatching(/"waits" does not get on: no node takes.*selector/),
  };
  // For longer than its own limit.
  await expect(jobs.runner(task, 1, never())).rejects.toMatchObject(why);
  await expect(jobs.awaited.awaitPod(task)).rejects.toMatchObject(why);
  await jobs.kubectl('label', 'nodes', '--all', `${label}=yes`);
  await succeeds('it gets on', () => jobs.awaited.awaitPod(task));
  expect(await jobs.awaited.withdrawPod({ task, unlessBegun: true })).toBe(false);
  const { log } = await jobs.runner(task, 1, never());
  expect(await jobs.text(log)).toBe('begun\n');
  await jobs.kubectl('label', 'nodes', '--all', `${label}-`);
});

test('what nobody wants any more is taken away before it has begun; what runs is left unless it is stopped at once', async () => {
  const nowhere = { spec: { nodeSelector: { 'no-such': 'node' } } };
  const waits = only(await jobs.tasks([stage('waits', 'true')], nowhere));
  const impatient = await jobs.newRunner(0);
  await expect(impatient(waits, 1, never())).rejects.toMatchObject({ type: 'PodAwaited' });
  expect(await jobs.awaited.withdrawPod({ task: waits, unlessBegun: true })).toBe(true);
  expect(await left(waits)).toBe('');
  // Somebody has asked twice.
  expect(await jobs.awaited.withdrawPod({ task: waits, unlessBegun: true })).toBe(true);

  const runs = only(await jobs.tasks([stage('endless', endless)]));
  const running = jobs.runner(runs, 1, never());
  running.catch(() => undefined);
  await jobs.runs(runs);
  expect(await jobs.awaited.withdrawPod({ task: runs, unlessBegun: true })).toBe(false);
  expect(await left(runs)).toContain('pod/');
  expect(await jobs.awaited.withdrawPod({ task: runs, unlessBegun: false })).toBe(true);
  expect(await left(runs)).toBe('');
  await expect(running).rejects.toMatchObject({ type: 'PodLost' });
});

test('a worker that stops leaves the Job, and another one takes it over', async () => {
  const tasks = await jobs.tasks([stage('slow', slow), stage('last', 'echo x > /kratix/output/x')]);
  const abort = new AbortController();
  const running = jobs.runner(only(tasks), 1, abort.signal);
  const pod = await jobs.runs(tasks[0]);
  abort.abort(new Error('WORKER_SHUTDOWN'));
  await expect(running).rejects.toThrow('WORKER_SHUTDOWN');

  const other = await jobs.newRunner();
  const first = await other(only(tasks), 2, never());
  expect(await jobs.text(first.log)).toBe('begun\nover\n');
  const { output } = await jobs.play(tasks.slice(1), other);
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
  expect(await left(tasks[0])).toContain(`pod/${pod}\n`);
});

test('outputs wait for a receiver that is away', async () => {
  const tasks = await jobs.tasks([stage('first', 'sleep 10; echo x > /kratix/output/x')]);
  const [{ output }] = await Promise.all([
    jobs.play(tasks),
    jobs.runs(tasks[0]).then(() => jobs.restartReceiver(6_000)),
  ]);
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
});

test('nobody but the run’s pod reads its input or writes its output', async () => {
  const tasks = await jobs.tasks([stage('only', 'true')]);
  await jobs.play(tasks);
  const [job] = (await jobs.jobs()).filter(
    ({ metadata }) => metadata.labels?.['kratix.io/resource-name'] === tasks[0]?.owner.name,
  );
  const url = `http://127.0.0.1:${jobs.receiver().port}/runs/${jobs.namespace}/${job?.metadata.annotations?.['fulfil.io/secret']}`;
  for (const authorization of ['', 'Bearer ', 'Bearer x', 'Basic x']) {
    expect((await fetch(`${url}/input`, { headers: { authorization } })).status).toBe(401);
    expect((await fetch(`${url}/output`, { method: 'POST', headers: { authorization } })).status).toBe(401);
  }
  expect((await fetch(`${url}-other/input`)).status).toBe(401);
  expect((await fetch(`${url}/../../x/input`)).status).toBe(404);
  expect(JSON.stringify(await jobs.pods())).not.toContain('Bearer');
});

test('a pod that is deleted by hand is replaced, and its stages run again', async () => {
  const tasks = await jobs.tasks([stage('first', 'echo x >> /kratix/output/x'), stage('slow', slow)]);
  const playing = jobs.play(tasks);
  const pod = await jobs.runs(tasks[1]);
  await jobs.kubectl('delete', 'pod', '-n', jobs.namespace, pod, '--wait=false');
  const { output, logs } = await playing;
  expect(logs).toEqual(['', 'begun\nover\n']);
  expect(await jobs.files(output)).toEqual({ x: 'x\n' });
});

test('a pod that is lost where no replacement is allowed makes room for a new Job', async () => {
  const spec = { restartPolicy: 'Never', jobOptions: { backoffLimit: 0 } };
  const task = only(await jobs.tasks([stage('slow', slow)], { spec }));
  const running = jobs.runner(task, 1, never());
  running.catch(() => undefined);
  await jobs.kubectl('delete', 'pod', '-n', jobs.namespace, await jobs.runs(task), '--wait=false');
  await expect(running).rejects.toMatchObject({ type: 'PodLost', retryable: true });
  expect((await jobs.play([task])).logs).toEqual(['begun\nover\n']);
});

test('a Job that is deleted by hand is made again by the next attempt', async () => {
  const task = only(await jobs.tasks([stage('slow', slow)]));
  const running = jobs.runner(task, 1, never());
  running.catch(() => undefined);
  await jobs.runs(task);
  await jobs.kubectl('delete', 'jobs', '-n', jobs.namespace, '-l', `kratix.io/resource-name=${task.owner.name}`);
  await expect(running).rejects.toMatchObject({ type: 'PodLost', retryable: true });
  expect((await jobs.play([task])).logs).toEqual(['begun\nover\n']);
});
