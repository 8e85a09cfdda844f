import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { destination, echoStage, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { eventually, holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { ended, execute, failure, handOver, settled, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';
import { storeFiles } from '../platform/storeFiles.js';
import { executeByCli } from '../platform/temporalCli.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({ destinations: { west: {} } });
});
afterAll(() => platform?.close());

const echo = { configure: [pipeline('configure', [echoStage()])] };

async function setWorld(name: string, answer: string): Promise<void> {
  const folder = join(platform.home, 'configmaps', 'default', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'answer'), answer);
}

function fromWorld(name: string): Record<string, unknown> {
  return { env: [{ name: 'ANSWER', valueFrom: { configMapKeyRef: { name, key: 'answer' } } }] };
}

test('a workflow type that there is not, and a store that there is not, are said instead of waited for', async () => {
  const unknown = platform.client.workflow.execute('instalPromise', {
    workflowId: 'misspelled',
    taskQueue: platform.taskQueue,
    args: [promise('misspelled', {})],
  });
  expect(await failure(unknown)).toEqual({
    type: 'UnknownOperation',
    message: expect.stringMatching(
      /^workflow type: expected one of .*installPromise.*, repair, sweepArtifacts; found instalPromise$/,
    ),
  });
  expect(await failure(execute(platform, 'repair', { kind: 'GitStateStore', name: 'nobody' }))).toEqual({
    type: 'Refused',
    message: 'repair: name: expected a state store that is registered, there is no GitStateStore/nobody',
  });
});

test('a repeat after a failure repeats the failed stage only, and its predecessors left what they left', async () => {
  await setWorld('flaky', 'no');
  const containers = [
    stage('nonce', `cat /proc/sys/kernel/random/uuid >/kratix/output/nonce\ncat /kratix/output/nonce`),
    stage('flaky', '[ "$ANSWER" = yes ] || { rm -f /kratix/output/nonce; exit 7; }', fromWorld('flaky')),
  ];
  const configure = [pipeline('configure', containers, { restartPolicy: 'OnFailure', backoffLimit: 10 })];
  await execute(platform, 'installPromise', promise('flaky', { resource: { configure } }));
  const asking = await start(platform, 'configureResource', request('flaky', 'one'));
  const run = platform.client.workflow.getHandle('resource/flaky/default/one/run-1');
  await holds('a failed attempt', async () => {
    const described = await run.describe().catch(() => undefined);
    return (
      described?.raw.pendingActivities?.some((activity) => activity.lastFailure?.message?.includes('code 7')) === true
    );
  });
  await setWorld('flaky', 'yes');
  expect(await ended(asking)).toMatchObject({ phase: 'Ready' });

  const events = (await run.fetchHistory()).events ?? [];
  const attempts = events.flatMap(({ activityTaskStartedEventAttributes: begun }) => {
    const scheduled = events.find(({ eventId }) => String(eventId) === String(begun?.scheduledEventId));
    const type = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
    return type === 'runStage' ? [Number(begun?.attempt)] : [];
  });
  expect(attempts[0]).toBe(1);
  expect(attempts[1]).toBeGreaterThan(1);
  expect(attempts).toHaveLength(2);
  expect(await storeFiles(join(platform.store, 'west/resources/default/flaky'))).toEqual(['one/configure/5058f/nonce']);
});

test('a stage that keeps failing is repeated as often as its pipeline says, then fails in one line', async () => {
  const configure = [
    pipeline('configure', [stage('fail', 'echo "no luck"\nexit 3')], { restartPolicy: 'OnFailure', backoffLimit: 1 }),
  ];
  await execute(platform, 'installPromise', promise('stubborn', { resource: { configure } }));
  expect(await failure(execute(platform, 'configureResource', request('stubborn', 'one')))).toEqual({
    type: 'StageFailed',
    message:
      'Stubborn default/one: pipeline "configure", stage "fail" exited with code 3, attempt 2 (last line: no luck)',
  });
  // Asked again, it is tried again: one more run of the same generation.
  await failure(execute(platform, 'configureResource', request('stubborn', 'one')));
  const status = await platform.entities.status('resource/stubborn/default/one');
  expect(status?.runs.map(({ generation, outcome }) => [generation, outcome])).toEqual([
    [1, 'Failed'],
    [1, 'Failed'],
  ]);
  expect(status?.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted')).toMatchObject({
    status: 'False',
    reason: 'ConfigureWorkflowFailed',
    message: 'A Configure Pipeline has failed: configure',
  });
});

test('an entity that begins a fresh history is there all the time, and one that was terminated is not', async () => {
  const id = 'resource/renewed/default/one';
  await execute(platform, 'installPromise', promise('renewed', {}));
  await execute(platform, 'configureResource', request('renewed', 'one', { size: '0' }));
  let over = false;
  // While it begins anew it may not answer in time; what counts is that it is never said to be gone.
  const look = () => platform.entities.status(id).catch((error: unknown) => error);
  const asked = Array.from({ length: 4 }, async () => {
    let missing = 0;
    while (!over) if ((await look()) === undefined) missing += 1;
    return missing;
  });
  try {
    for (let size = 1; size <= 6; size += 1) {
      await execute(platform, 'configureResource', request('renewed', 'one', { size: String(size) }));
    }
  } finally {
    over = true;
  }
  expect(await Promise.all(asked)).toEqual([0, 0, 0, 0]);
  await platform.client.workflow.getHandle(id).terminate('by hand');
  expect(await platform.entities.status(id)).toBeUndefined();
});

test('a stage that takes longer than its limit is stopped', async () => {
  const annotations = { 'fulfil.io/timeout': '1s' };
  const configure = [pipeline('configure', [stage('hang', 'trap "exit 0" TERM; sleep 60 & wait')], { annotations })];
  await execute(platform, 'installPromise', promise('hanging', { resource: { configure } }));
  expect(await failure(execute(platform, 'configureResource', request('hanging', 'one')))).toEqual({
    type: 'StageTimeout',
    message:
      'Hanging default/one: pipeline "configure", stage "hang" was stopped: it ran longer than its limit of 1 s (fulfil.io/timeout)',
  });
});

test('a cancelled operation leaves its object alone', async () => {
  const held = gate(platform.home, 'cancelled');
  const configure = [pipeline('configure', [stage('slow', `${held.script}${writeConfigMap('out', 'done')}`)])];
  await execute(platform, 'installPromise', promise('calm', { resource: { configure } }));
  const asking = await start(platform, 'configureResource', request('calm', 'one'));
  await held.reached();
  await asking.cancel();
  expect(await failure(ended(asking))).toMatchObject({ type: 'CancelledFailure' });
  await held.open();
  const repeated = await execute(platform, 'configureResource', request('calm', 'one'));
  expect(repeated).toMatchObject({ phase: 'Ready', changed: false });
  expect((await platform.entities.status('resource/calm/default/one'))?.runs).toHaveLength(1);
});

test.each([
  ['terminated', 'run was terminated'],
  ['cancelled', 'run was cancelled'],
] as const)(
  'a run that somebody %s fails in one line, its container stops, and the object can go on',
  async (how, line) => {
    const held = gate(platform.home, how);
    const name = `run-${how}`;
    const slow = stage(
      'slow',
      `size=$(sed -n 's/^  size: *//p' /kratix/input/object.yaml)\n[ $size != first ] || {\n${held.script}}`,
    );
    await execute(
      platform,
      'installPromise',
      promise(name, { resource: { configure: [pipeline('configure', [slow])] } }),
    );
    const asking = await start(platform, 'configureResource', request(name, 'one', { size: 'first' }));
    await held.reached();
    const run = platform.client.workflow.getHandle(`resource/${name}/default/one/run-1`);
    await (how === 'terminated' ? run.terminate('by a test') : run.cancel());
    const { message } = await failure(ended(asking));
    expect(message).toBe(`${how === 'terminated' ? 'RunTerminated' : 'RunCancelled'} default/one: ${line}`);
    expect((await platform.entities.status(`resource/${name}/default/one`))?.phase).toBe('Failed');
    const again = await execute(platform, 'configureResource', request(name, 'one', { size: 'second' }));
    expect(again).toMatchObject({ phase: 'Ready' });
  },
);

test('one API belongs to one Promise', async () => {
  await execute(platform, 'installPromise', promise('first', { kind: 'Wanted', resource: echo }));
  expect(await failure(execute(platform, 'installPromise', promise('second', { kind: 'Wanted' })))).toEqual({
    type: 'Refused',
    message: 'Promise second: spec.api: Wanted (test.fulfil.io) is already the API of Promise first',
  });
  expect(await platform.entities.status('promise/second')).toBeUndefined();
  await execute(platform, 'deletePromise', { name: 'first' });
  expect(await execute(platform, 'installPromise', promise('second', { kind: 'Wanted' }))).toMatchObject({
    phase: 'Ready',
  });
});

test("an installed Promise keeps its API's identity", async () => {
  await execute(platform, 'installPromise', promise('steady', { resource: echo }));
  const before = await platform.entities.status('promise/steady');
  expect(await failure(execute(platform, 'installPromise', promise('steady', { kind: 'Other' })))).toEqual({
    type: 'Refused',
    message:
      'Promise steady: spec.api.spec.names.kind: Invalid value: "Other": field is immutable, it is "Steady"; ' +
      'Promise steady: spec.api.spec.names.plural: Invalid value: "others": field is immutable, it is "steadys"',
  });
  expect(await platform.entities.status('promise/steady')).toEqual(before);
});

test('a request that its API refuses changes nothing', async () => {
  await execute(
    platform,
    'installPromise',
    promise('strict', { resource: echo, properties: { size: { type: 'string', enum: ['s', 'm'] } } }),
  );
  expect(await failure(execute(platform, 'configureResource', request('strict', 'one', { size: 'xl' })))).toEqual({
    type: 'Refused',
    message: 'Strict default/one: spec.size: expected one of s, m, found "xl"',
  });
  expect(await platform.entities.status('resource/strict/default/one')).toBeUndefined();
});

test('a broken stage of a request does not make its Promise unavailable', async () => {
  await execute(
    platform,
    'installPromise',
    promise('mixed', {
      resource: {
        configure: [pipeline('configure', [stage('maybe', 'grep -q "size: good" /kratix/input/object.yaml')])],
      },
    }),
  );
  await failure(execute(platform, 'configureResource', request('mixed', 'bad', { size: 'bad' })));
  expect(await execute(platform, 'configureResource', request('mixed', 'good', { size: 'good' }))).toMatchObject({
    phase: 'Ready',
  });
  expect((await platform.entities.status('promise/mixed'))?.phase).toBe('Ready');
});

test('a Promise whose own pipeline fails is not available; the next revision heals it and its requests go on', async () => {
  const revision = (script: string) =>
    promise('healed', { promise: { configure: [pipeline('setup', [stage('setup', script)])] }, resource: echo });
  expect(await failure(execute(platform, 'installPromise', revision('exit 9')))).toMatchObject({
    message:
      'Promise healed: pipeline "setup", stage "setup" exited with code 9 (last line: it printed nothing)'.replace(
        'last line: ',
        '',
      ),
  });
  const asking = await handOver(platform, 'configureResource', request('healed', 'one', { size: 's' }));
  expect(await settled(asking)).toMatchObject({ phase: 'Waiting' });
  await execute(platform, 'installPromise', revision('true'));
  expect(await ended(asking)).toMatchObject({ phase: 'Ready' });
});

test("Temporal's own command line shows the failure in one line", async () => {
  const configure = [pipeline('configure', [stage('fail', 'echo first; echo "disk is full" >&2; exit 3')])];
  await execute(platform, 'installPromise', promise('terse', { resource: { configure } }));
  const { code, stdout, stderr } = await executeByCli(
    platform,
    'configureResource',
    JSON.stringify(request('terse', 'one')),
  );
  expect(code).not.toBe(0);
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.includes('disk is full'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(
    'Terse default/one: pipeline "configure", stage "fail" exited with code 3 (last line: disk is full)',
  );
  const failed = await eventually('the closed operation', async () => {
    for await (const each of platform.client.workflow.list({
      query: "WorkflowType='configureResource' AND ExecutionStatus='Failed'",
    })) {
      return each;
    }
    return undefined;
  });
  expect(failed.status.name).toBe('FAILED');
});

test('documents that a store cannot take are no failure of the pipelines, and heal without them', async () => {
  const place = { place: 'choosy' };
  await execute(platform, 'registerDestination', destination('choosy', place));
  await execute(platform, 'installPromise', promise('choosy', { selector: place, resource: echo }));
  // A file where the documents' folder has to be.
  const folder = join(platform.store, 'choosy', 'resources', 'default');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'choosy'), '');
  const refused = await failure(execute(platform, 'configureResource', request('choosy', 'one', { size: 'small' })));
  expect(refused.type).toBe('PathConflict');
  const shown = async () => {
    const { conditions = [], phase, runs = [] } = (await platform.entities.status('resource/choosy/default/one')) ?? {};
    const are = conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`).toSorted();
    return { are, phase, actions: runs.map(({ action }) => action) };
  };
  expect(await shown()).toEqual({
    are: [
      'ConfigureWorkflowCompleted True PipelinesExecutedSuccessfully',
      'Reconciled False WorksFailing',
      'WorksSucceeded False WorksFailing',
    ],
    phase: 'Failed',
    actions: ['configure'],
  });

  await execute(platform, 'registerDestination', destination('choosy', place, { path: 'elsewhere' }));
  await holds('written elsewhere', async () => (await shown()).phase === 'Ready');
  expect(await shown()).toEqual({
    are: [
      'ConfigureWorkflowCompleted True PipelinesExecutedSuccessfully',
      'Reconciled True Reconciled',
      'WorksSucceeded True WorksSucceeded',
    ],
    phase: 'Ready',
    actions: ['place', 'configure'],
  });
});

test('what a pipeline says beside its documents and cannot be taken is a failure of that pipeline', async () => {
  const say = stage('say', "echo 'retryAfter: soon' >/kratix/metadata/workflow-control.yaml");
  const configure = [pipeline('first', [echoStage()]), pipeline('second', [say])];
  await execute(platform, 'installPromise', promise('garbled', { resource: { configure } }));
  const { message } = await failure(
    execute(platform, 'configureResource', request('garbled', 'one', { size: 'small' })),
  );
  expect(message).toContain('retryAfter');
  const status = await platform.entities.status('resource/garbled/default/one');
  expect(status?.runs[0]?.stages.map(({ pipeline: name, outcome }) => `${name} ${outcome}`)).toEqual([
    'first Succeeded',
    'second Failed',
  ]);
  const completed = status?.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted');
  expect(completed?.message).toBe('A Configure Pipeline has failed: second');
});
