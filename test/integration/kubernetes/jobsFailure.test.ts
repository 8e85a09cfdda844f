import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../activities/kubernetes/objects.js';
import type { Failure } from '../../../src/domain/failure.js';
import type { StageTask } from '../../../src/domain/stageTask.js';
import { eventually, holds } from '../../platform/eventually.js';
import type { JobsCluster, TaskOptions } from './jobsCluster.js';
import { never, openJobsCluster, stage } from './jobsCluster.js';

let jobs: JobsCluster;

beforeAll(async () => {
  jobs = await openJobsCluster();
});

afterAll(() => jobs?.close());

const once: TaskOptions = { spec: { restartPolicy: 'Never', jobOptions: { backoffLimit: 0 } } };

async function failureOf(tasks: readonly StageTask[]): Promise<Failure> {
  return jobs.play(tasks).then(
    () => Promise.reject(new Error('it succeeded')),
    (failure: unknown) => failure as Failure,
  );
}

async function logOf(failure: Failure): Promise<string> {
  return jobs.text((failure.details as { log: string }).log);
}

/** Condition types of the object's Job that are True. */
async function conditions(name: string): Promise<string[]> {
  const job = (await jobs.jobs()).find(({ metadata }) => metadata.labels?.['kratix.io/resource-name'] === name);
  return (job?.status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ type }) => type);
}

test('a stage that fails fails the run, with its log', async () => {
  // On one stream: the node reads two of them, and does not say what came first.
  const script = 'echo before >&2; echo why >&2; exit 3';
  const tasks = await jobs.tasks([stage('good', 'true'), stage('bad', script)], once);
  const failure = await failureOf(tasks);
  expect(failure).toMatchObject({
    type: 'StageFailed',
    retryable: false,
    message: 'pipeline "configure", stage "bad" exited with code 3 (last line: why)',
  });
  expect(await logOf(failure)).toBe('before\nwhy\n');
});

test('a stage is restarted as often as its Pipeline says; each restart is counted', async () => {
  const again = await jobs.tasks(
    [stage('flaky', 'n=/kratix/metadata/n; echo x >> $n; [ $(wc -l < $n) = 2 ] && echo done')],
    { spec: { jobOptions: { backoffLimit: 3 } } },
  );
  expect((await jobs.play(again)).logs).toEqual(['done\n']);
  const never = await jobs.tasks([stage('never', 'echo no; exit 9')], {
    spec: { restartPolicy: 'Never', jobOptions: { backoffLimit: 1 } },
  });
  expect(await failureOf(never)).toMatchObject({ type: 'StageFailed', retryable: false });
});

test('memory that runs out is named', async () => {
  const resources = { limits: { memory: '20Mi' } };
  const eats = stage('eats', 'x=$(head -c 104857600 /dev/zero | tr "\\0" x); echo ${#x}', { resources });
  const failure = await failureOf(await jobs.tasks([eats], once));
  expect(failure.message).toMatch(/^pipeline "configure", stage "eats" (ran out of memory|exited with code 137)/);
});

test('an image whose name is none ends the Job, which is kept', async () => {
  const tasks = await jobs.tasks([stage('there', 'true'), { name: 'odd', image: 'No:such:name', command: ['true'] }]);
  const failure = await failureOf(tasks);
  expect(failure).toMatchObject({ type: 'ImageNotFound', retryable: false });
  expect(failure.message).toMatch(/^image No:such:name cannot be pulled: /);
  expect(await conditions(tasks[0]?.owner.name ?? '')).toContain('Failed');
});

test('a command that is not in the image, a user that is root where that is forbidden', async () => {
  const command = await failureOf(await jobs.tasks([stage('lost', '', { command: ['no-such-program'] })]));
  expect(command).toMatchObject({ type: 'StageRefused', retryable: false });
  expect(command.message).toMatch(/stage "lost" cannot be started: .*no-such-program/);
  const user = await failureOf(await jobs.tasks([stage('root', 'true', { securityContext: { runAsNonRoot: true } })]));
  expect(user).toMatchObject({ type: 'StageRefused', retryable: false });
  expect(user.message).toMatch(/stage "root" cannot be started: .*runAsNonRoot/);
});

test('a Secret that does not exist is reported and waited for', async () => {
  const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'comes-later', key: 'x' } } }];
  const tasks = await jobs.tasks([stage('waits', 'echo $X', { env })]);
  expect(await failureOf(tasks)).toMatchObject({ type: 'PodAwaited', retryable: true });
  await jobs.kubectl('create', 'secret', 'generic', 'comes-later', '-n', jobs.namespace, '--from-literal=x=here');
  // A kubelet looks for it again every 10 to 15 s.
  expect((await jobs.play(tasks, await jobs.newRunner(90_000))).logs).toEqual(['here\n']);
});

test.each([
  ['ln -s /etc/passwd /kratix/output/x', 'PathEscape', /x is a symbolic link that leads out|symbolic link to nothing/],
  ['ln -s ../../nowhere /kratix/output/x', 'PathEscape', /x is a symbolic link/],
  ['mkfifo /kratix/output/x', 'OutputRefused', /output\/x is neither a file nor a directory/],
  [
    'echo x > /kratix/output/x; chmod 600 /kratix/output/x',
    'OutputRefused',
    /output\/x cannot be kept: permission denied/,
  ],
  ['head -c 280000000 /dev/zero > /kratix/output/x', 'OutputRefused', /larger than 268435456 bytes/],
])('outputs that cannot be kept: %s', async (script, type, message) => {
  const resources = { limits: { 'ephemeral-storage': '2Gi', memory: '512Mi' } };
  const tasks = await jobs.tasks([stage('odd', `echo printed; ${script}`, { resources })]);
  const failure = await failureOf(tasks);
  expect(failure).toMatchObject({ type, retryable: false });
  expect(failure.message).toMatch(message);
  expect(await logOf(failure)).toBe('printed\n');
  expect(await conditions(tasks[0]?.owner.name ?? '')).toContain('Failed');
});

test('a manifest that Kubernetes refuses', async () => {
  const tasks = await jobs.tasks([stage('only', 'true', { volumeMounts: [{ name: 'none', mountPath: '/x' }] })]);
  const failure = await failureOf(tasks);
  expect(failure).toMatchObject({ type: 'StageRefused', retryable: false });
  expect(failure.message).toContain('none');
  expect(await secretsOf(tasks[0])).toEqual([]);
});

/** Names of the run's Secrets: they are the object's until they are its Job's. */
async function secretsOf(task: StageTask | undefined): Promise<string[]> {
  const list = await jobs.kubectl('get', 'secrets', '-n', jobs.namespace, '-o', 'json');
  const { items } = JSON.parse(list) as { readonly items: readonly KubernetesObject[] };
  const isOf = ({ name }: { readonly name: string }) => name === task?.owner.name;
  return items.filter(({ metadata }) => metadata.ownerReferences?.some(isOf)).map(({ metadata }) => metadata.name);
}

test('a quota that lets no pod in is named, and the Job goes on when there is room', async () => {
  await jobs.kubectl('create', 'quota', 'none', '-n', jobs.namespace, '--hard=pods=0');
  try {
    const quota = ['get', 'quota', 'none', '-n', jobs.namespace, '-o', 'jsonpath={.status.hard.pods}'];
    await holds('the quota counts', async () => (await jobs.kubectl(...quota)) === '0');
    const tasks = await jobs.tasks([stage('only', 'echo here')]);
    const impatient = await jobs.newRunner(0);
    const failure = {
      type: 'PodAwaited',
      message: expect.stringMatching(/makes no pod of Job .*exceeded quota: none/),
    };
    await expect(jobs.play(tasks, impatient)).rejects.toMatchObject(failure);
    await expect(Promise.all(tasks.map(jobs.awaited.awaitPod))).rejects.toMatchObject(failure);
    await jobs.kubectl('delete', 'quota', 'none', '-n', jobs.namespace);
    // Its controller tries again after ten seconds, and after twenty.
    expect((await jobs.play(tasks, await jobs.newRunner(120_000))).logs).toEqual(['here\n']);
  } finally {
    await jobs.kubectl('delete', 'quota', 'none', '-n', jobs.namespace, '--ignore-not-found');
  }
});

test('what an earlier run has left running is taken away before the next run has its Job', async () => {
  const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'comes-too-late', key: 'x' } } }];
  const tasks = await jobs.tasks([stage('waits', 'echo $X', { env })]);
  expect(await failureOf(tasks)).toMatchObject({ type: 'PodAwaited', retryable: true });
  // Nobody tries again: the run was stopped between two attempts.
  expect(await Promise.all(tasks.map(jobsOf))).toMatchObject([[{ metadata: {} }]]);
  await jobs.kubectl('create', 'secret', 'generic', 'comes-too-late', '-n', jobs.namespace, '--from-literal=x=here');
  const next = tasks.map((task) => ({ ...task, run: task.run.replace(/1$/, '2') }));
  expect((await jobs.play(next)).logs).toEqual(['here\n']);
  const left = (await Promise.all(next.map(jobsOf))).flat();
  expect(left.map(({ metadata }) => metadata.annotations?.['fulfil.io/run'])).toEqual(next.map(({ run }) => run));
});

const jobsOf = async ({ owner }: StageTask) =>
  (await jobs.jobs()).filter(({ metadata }) => metadata.labels?.['kratix.io/resource-name'] === owner.name);

test('an object that is not in the cluster gets no Job, which would be taken away as often as it is made', async () => {
  const tasks = await jobs.tasks([stage('only', 'true')]);
  const strangers = tasks.map((task) => ({ ...task, object: { ...task.object, uid: 'another' } }));
  const failure = await failureOf(strangers);
  expect(failure).toMatchObject({ type: 'OwnerNotFound', retryable: false });
  expect(failure.message).toBe(
    `pipeline "configure" cannot run: Parcel ${jobs.namespace}/${tasks[0]?.owner.name} with the uid another is not in the cluster, so Kubernetes would remove its Job`,
  );
  expect(await Promise.all(tasks.map(jobsOf))).toEqual([[]]);
});

test('an object that is taken away in the middle takes its Job along, and the next attempt says why', async () => {
  const [task] = await jobs.tasks([stage('slow', "trap 'exit 143' TERM; sleep 60 & wait")]);
  if (task === undefined) throw new Error('no stage');
  const running = jobs.runner(task, 1, never());
  running.catch(() => undefined);
  await jobs.runs(task);
  await jobs.kubectl('delete', `parcels.${jobs.group}`, '-n', jobs.namespace, task.owner.name);
  await expect(running).rejects.toMatchObject({ type: 'PodLost', retryable: true });
  await expect(jobs.runner(task, 2, never())).rejects.toMatchObject({ type: 'OwnerNotFound', retryable: false });
});

test('a deletion whose object is gone already runs its pipeline all the same', async () => {
  const tasks = await jobs.tasks([stage('goodbye', 'echo gone')], { action: 'delete' });
  await jobs.kubectl('delete', `parcels.${jobs.group}`, '-n', jobs.namespace, tasks[0]?.owner.name ?? '');
  expect((await jobs.play(tasks)).logs).toEqual(['gone\n']);
  const [job] = (await Promise.all(tasks.map(jobsOf))).flat();
  expect(job?.metadata.ownerReferences).toBeUndefined();
  expect(job?.spec).toMatchObject({ ttlSecondsAfterFinished: 86_400 });
});

test('Jobs that vanish again and again are given up', async () => {
  const [task] = await jobs.tasks([stage('slow', "trap 'exit 143' TERM; sleep 60 & wait")]);
  if (task === undefined) throw new Error('no stage');
  const running = jobs.runner(task, 20, never());
  running.catch(() => undefined);
  await jobs.runs(task);
  await jobs.kubectl('delete', 'jobs', '-n', jobs.namespace, '-l', `kratix.io/resource-name=${task.owner.name}`);
  await expect(running).rejects.toMatchObject({
    type: 'PodLost',
    retryable: false,
    message: expect.stringContaining('its Job was deleted; given up after attempt 20'),
  });
});

test('a stage that fails is told of while Kubernetes restarts it, long before the Job has failed', async () => {
  const [task] = await jobs.tasks([stage('bad', 'echo why; exit 3')]);
  if (task === undefined) throw new Error('no stage');
  const abort = new AbortController();
  const told: string[] = [];
  const running = jobs.runner(task, 1, abort.signal, (line) => told.push(line));
  running.catch(() => undefined);
  const line =
    'pipeline "configure", stage "bad" exited with code 3, attempt 2 (last line: why); Kubernetes tries again';
  await eventually('the second end', () => (told.includes(line) ? true : undefined));
  abort.abort(new Error('CANCELLED'));
  await expect(running).rejects.toThrow('CANCELLED');
});
