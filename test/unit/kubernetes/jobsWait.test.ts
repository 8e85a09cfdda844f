import { expect, jest, test } from '@jest/globals';
import type { Job, Pod } from '../../../activities/kubernetes/objects.js';
import { tooMany } from '../../../activities/kubernetes/clearJobs.js';
import type { Failure } from '../../../src/domain/failure.js';
import type { StageExit } from '../../../activities/kubernetes/stageExit.js';
import { stageWait } from '../../../activities/kubernetes/stageWait.js';
import { ended, plan, pod, status } from './jobsFixtures.js';

const digests = ['a'.repeat(64), 'b'.repeat(64)];
const running: Job = { metadata: { name: 'job' } };

function job(type: string): Job {
  return { metadata: { name: 'job' }, status: { conditions: [{ type, status: 'True', message: `it is ${type}` }] } };
}

/** Sees what is given, one after the other; the last verdict counts. */
async function verdict(
  stage: string,
  seen: readonly (readonly [Job | undefined, readonly Pod[]])[],
  patience?: number,
) {
  const planned = await plan();
  const read: StageExit[] = [];
  const readLog = (exit: StageExit) => {
    read.push(exit);
    return Promise.resolve({ digest: `log of ${exit.id}`, lastLine: 'the end' });
  };
  const words = { readLog, readRefusal: () => Promise.resolve(undefined) };
  const wait = stageWait({ ...planned, task: { ...planned.task, stage } }, words, patience);
  let last = {};
  for (const [seenJob, pods] of seen) last = await wait.see({ job: seenJob, pods });
  return { ...last, read, waiting: wait.waiting() };
}

const done = status('render', ended(0));

test('a stage is done when its container is, whatever becomes of the pod', async () => {
  const result = await verdict('render', [
    [running, [pod([status('render', { running: {} })])]],
    [running, [pod([done])]],
  ]);
  expect(result).toMatchObject({
    kind: 'done',
    result: { log: 'log of pod-1/render/1', seconds: 7, volumes: { own: {} } },
  });
  expect(result.read).toHaveLength(1);
});

test('the last stage is done when the worker has kept the outputs', async () => {
  const stages = [done, status('check', ended(0))];
  const kept = [status('status-writer', ended(0, { message: `kept ${digests.join(' ')}\n` }))];
  expect(await verdict('check', [[running, [pod(stages)]]])).toMatchObject({ kind: 'runs' });
  expect(await verdict('check', [[running, [pod(stages, { containerStatuses: kept })]]])).toMatchObject({
    kind: 'done',
    result: { volumes: { output: digests[0], metadata: digests[1] }, log: 'log of pod-1/check/1' },
  });
});

test('what the worker does not keep ends the Job, also from the end before the last', async () => {
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const lastState = ended(1, { message: 'refused PathEscape x leads out\nof it' });
  const containerStatuses = [status('status-writer', state, { lastState, restartCount: 1 })];
  const seen = pod([done, status('check', ended(0))], { containerStatuses });
  expect(await verdict('check', [[running, [seen]]])).toMatchObject({
    kind: 'end',
    failure: {
      type: 'PathEscape',
      retryable: false,
      message: 'pipeline "instance", stage "check": /kratix: x leads out\nof it',
    },
  });
});

test('a failed end is waited out until the Job has failed, and its log is read while it is there', async () => {
  const crashed = pod([
    status('render', { waiting: { reason: 'CrashLoopBackOff' } }, { lastState: ended(3), restartCount: 1 }),
  ]);
  expect(await verdict('render', [[running, [crashed]]])).toMatchObject({
    kind: 'runs',
    waiting:
      'pipeline "instance", stage "render" exited with code 3, attempt 2 (last line: the end); Kubernetes tries again',
  });
  const result = await verdict('render', [
    [running, [crashed]],
    [running, [crashed]],
    [job('Failed'), []],
  ]);
  expect(result).toMatchObject({
    kind: 'throw',
    failure: {
      type: 'StageFailed',
      retryable: false,
      message: 'pipeline "instance", stage "render" exited with code 3, attempt 2 (last line: the end)',
      details: { log: 'log of pod-1/render/2' },
    },
  });
  expect(result.read).toHaveLength(1);
});

test('another stage’s failure is told by its name', async () => {
  const failed = pod([status('render', ended(1))], { phase: 'Failed' });
  const { kind, failure } = (await verdict('check', [[job('Failed'), [failed]]])) as unknown as {
    kind: string;
    failure: Error;
  };
  expect([kind, failure.message]).toEqual([
    'throw',
    'pipeline "instance", stage "render" exited with code 1 (last line: the end)',
  ]);
});

test('memory that runs out and programs that never began are named', async () => {
  const oom = pod([status('render', ended(137, { reason: 'OOMKilled' }))]);
  expect(await verdict('render', [[job('Failed'), [oom]]])).toMatchObject({
    failure: { message: 'pipeline "instance", stage "render" ran out of memory (last line: the end)' },
  });
  const never = pod([status('render', ended(128, { reason: 'StartError', message: 'exec: "x": not found' }))]);
  expect(await verdict('render', [[running, [never]]])).toMatchObject({
    kind: 'end',
    failure: { type: 'StageRefused' },
  });
});

test.each([
  [{ reason: 'Evicted', message: 'The node was low on resource: memory.' }, {}, 'low on resource'],
  [{ conditions: [{ type: 'DisruptionTarget', status: 'True', message: 'preempted' }] }, {}, 'preempted'],
  [{ reason: 'NodeLost' }, {}, 'NodeLost'],
  [{}, { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'deleted'],
])('a pod that is lost is no failure of its stage: %j %j', async (state, metadata, why) => {
  const lost = pod([status('render', ended(137))], { phase: 'Failed', ...state }, metadata);
  expect(await verdict('render', [[running, [lost]]])).toMatchObject({ kind: 'wait' });
  const result = await verdict('render', [
    [running, [lost]],
    [job('Failed'), []],
  ]);
  expect(result).toMatchObject({ kind: 'remove', failure: { type: 'PodLost', retryable: true } });
  expect((result as unknown as { failure: Error }).failure.message).toContain(why);
});

test('the pod that replaces a lost one is followed', async () => {
  const lost = pod([done], { phase: 'Failed', reason: 'Evicted' });
  const stages = [done, status('check', ended(0))];
  const kept = [status('status-writer', ended(0, { message: `kept ${digests.join(' ')}` }))];
  const next = pod(stages, { containerStatuses: kept }, { name: 'pod-2', uid: 'pod-2' });
  expect(
    await verdict('check', [
      [running, [lost]],
      [running, [lost, next]],
    ]),
  ).toMatchObject({
    kind: 'done',
    result: { log: 'log of pod-2/check/1' },
  });
});

const pulled = 'pipeline "instance", stage "render" does not get on: image registry.example/render:1 of container';

test.each([
  ['ErrImagePull', 'failed to resolve: registry.example/render:1: not found', pulled],
  ['ErrImagePull', 'dial tcp 10.0.0.1:443: i/o timeout', pulled],
  ['ErrImageNeverPull', 'image is not present with pull policy of Never', pulled],
  ['CreateContainerConfigError', 'secret "s" not found', 'container "render" cannot be started yet'],
  ['CreateContainerError', 'context deadline exceeded', 'container "render" cannot be started yet'],
])('%s (%s) is waited for, then given up to be looked at later', async (reason, message, line) => {
  const seen = pod([status('render', { waiting: { reason, message } })]);
  const backOff = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.example/render:1"' };
  const next = line === pulled ? pod([status('render', { waiting: backOff })]) : seen;
  const both: readonly (readonly [Job, readonly Pod[]])[] = [
    [running, [seen]],
    [running, [next]],
  ];
  expect(await verdict('render', both)).toMatchObject({ kind: 'wait', waiting: expect.stringContaining(message) });
  const { kind, failure } = (await verdict('render', both, 0)) as unknown as { kind: string; failure: Failure };
  expect([kind, failure.type, failure.retryable]).toEqual(['throw', 'PodAwaited', true]);
  expect(failure.message).toContain(line);
  // Said although the back-off says only that it waits.
  expect(failure.message).toContain(message);
});

test('what no waiting mends is not waited for', async () => {
  const message = 'container has runAsNonRoot and image will run as root';
  const root = pod([status('render', { waiting: { reason: 'CreateContainerConfigError', message } })]);
  expect(await verdict('render', [[running, [root]]])).toMatchObject({
    kind: 'end',
    failure: { type: 'StageRefused' },
  });
  const odd = pod([status('render', { waiting: { reason: 'InvalidImageName', message: 'InvalidImageName' } })]);
  expect(await verdict('render', [[running, [odd]]])).toMatchObject({
    kind: 'end',
    failure: { type: 'ImageNotFound' },
  });
});

test('a helper that fails makes room for a new Job', async () => {
  const failed = pod([status('reader', ended(1))]);
  expect(await verdict('render', [[job('Failed'), [failed]]])).toMatchObject({
    kind: 'remove',
    failure: { type: 'HelperFailed', retryable: true },
  });
});

test('a complete Job without its pod is given up when a watch of pods cannot be that far behind', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const complete = [job('Complete'), []] as const;
  expect(await verdict('render', [complete, complete])).toMatchObject({ kind: 'runs' });
  now.mockReturnValueOnce(0).mockReturnValueOnce(0).mockReturnValue(60_000);
  expect(await verdict('render', [complete, complete])).toMatchObject({ kind: 'remove', failure: { type: 'PodLost' } });
  now.mockRestore();
});

test('a Job that is gone, one that an earlier worker ended', async () => {
  expect(await verdict('render', [[undefined, []]])).toMatchObject({ kind: 'throw', failure: { type: 'PodLost' } });
  const annotations = { 'fulfil.io/failure': 'OutputRefused it was odd' };
  const written = { ...job('Failed'), metadata: { name: 'job', annotations } };
  expect(await verdict('render', [[written, []]])).toMatchObject({
    failure: { type: 'OutputRefused', message: 'it was odd' },
  });
  expect(await verdict('render', [[job('Failed'), []]])).toMatchObject({
    failure: { type: 'StageFailed', message: 'pipeline "instance" failed: it is Failed' },
  });
});

test('a pod without a node says so', async () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
  const seen = [[running, [pod([], { conditions })]]] as const;
  expect(await verdict('render', seen)).toMatchObject({
    kind: 'wait',
    waiting: 'no node takes the pod: 0/3 nodes are available',
  });
  expect(await verdict('render', seen, 0)).toMatchObject({ kind: 'throw', failure: { type: 'PodAwaited' } });
});

const ago = (millis: number) => new Date(Date.now() - millis).toISOString();
const initializing = { waiting: { reason: 'PodInitializing' } };

test.each([
  ['no scheduler has looked at pod pod-1', [], []],
  ['pod pod-1 cannot begin: a volume', ['PodScheduled'], ['PodReadyToStartContainers']],
  [
    'pod pod-1 still pulls the image of container "render", or makes its volumes',
    ['PodScheduled', 'PodReadyToStartContainers'],
    [],
  ],
])('a pod that has not begun after a while is held: %s', async (line, yes, no) => {
  const conditions = [
    ...yes.map((type) => ({ type, status: 'True' })),
    ...no.map((type) => ({ type, status: 'False' })),
  ];
  const at = (millis: number) =>
    pod([status('render', initializing)], { conditions, phase: 'Pending' }, { creationTimestamp: ago(millis) });
  const young = await verdict('check', [[running, [at(0)]]], 0);
  expect([young, young.waiting]).toMatchObject([{ kind: 'wait' }, undefined]);
  expect((await verdict('check', [[running, [at(60_000)]]])).waiting).toContain(line);
  expect(await verdict('check', [[running, [at(60_000)]]], 0)).toMatchObject({ failure: { type: 'PodAwaited' } });
});

test('an image that is pulled between two stages holds the pod, and a stage that runs again does not', async () => {
  const conditions = [{ type: 'PodScheduled', status: 'True' }];
  const metadata = { creationTimestamp: ago(90_000) };
  const after = (millis: number) => {
    const first = status('render', ended(0, { finishedAt: ago(millis) }));
    return pod([first, status('check', initializing)], { conditions, phase: 'Pending' }, metadata);
  };
  expect((await verdict('check', [[running, [after(0)]]], 0)).waiting).toBeUndefined();
  expect((await verdict('check', [[running, [after(60_000)]]])).waiting).toBe(
    'pod pod-1 still pulls the image of container "check", or makes its volumes',
  );
  const runsAgain = status('render', { running: { startedAt: ago(60_000) } });
  const again = pod([runsAgain, status('check', initializing)], { conditions, phase: 'Pending' }, metadata);
  expect(await verdict('check', [[running, [again]]], 0)).toMatchObject({
    kind: 'runs',
    waiting: 'pod pod-1 runs container "render"',
  });
  expect((await verdict('render', [[running, [again]]], 0)).waiting).toBeUndefined();
});

test.each(['reader', 'status-writer'])('a %s that reaches no worker is named', async (helper) => {
  const at = (millisAgo: number) => {
    const began = status(helper, { running: { startedAt: new Date(Date.now() - millisAgo).toISOString() } });
    return helper === 'reader' ? pod([began]) : pod([done], { containerStatuses: [began], phase: 'Running' });
  };
  expect((await verdict('check', [[running, [at(0)]]])).waiting).toBeUndefined();
  expect((await verdict('check', [[running, [at(60_000)]]])).waiting).toBe(
    `pod pod-1 exchanges files with a worker, or does not reach one (kubectl logs pod-1 -c ${helper})`,
  );
});

test('a Job that gets no pod, or no other one, says so after a while', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const evicted = pod([], { reason: 'Evicted', message: 'The node was low on memory' });
  const none: readonly [Job, readonly Pod[]] = [running, []];
  const waiting = async (...seen: (readonly [Job, readonly Pod[]])[]) => {
    now.mockReturnValueOnce(0).mockReturnValueOnce(0).mockReturnValue(60_000);
    return (await verdict('render', seen)).waiting;
  };
  expect((await verdict('render', [none, none])).waiting).toBeUndefined();
  expect(await waiting(none, none)).toBe('Kubernetes has not made its pod (kubectl describe job job)');
  expect(await waiting([running, [evicted]], none)).toBe(
    'Kubernetes has made no other pod since it lost one: The node was low on memory',
  );
  expect(await waiting(none, none, [running, [pod([])]])).toBeUndefined();
  now.mockRestore();
});

test('the oldest finished Jobs go, running ones never', () => {
  const at = (name: string, hour: number, type?: string): Job => ({
    ...(type === undefined ? running : job(type)),
    metadata: { name, creationTimestamp: `2026-01-01T0${hour}:00:00Z` },
  });
  const jobs = [at('c', 3, 'Failed'), at('a', 1, 'Complete'), at('r', 0), at('b', 2, 'Complete')];
  expect(tooMany(jobs, 1).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  expect(tooMany(jobs, 5)).toEqual([]);
});
