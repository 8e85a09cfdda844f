import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pipeline, promise, stage } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;

beforeAll(async () => {
  world = await openControllerPlatform();
  await configure('stateStoreReconciliationInterval: 1h\n');
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
});

const namespace = 'kratix-platform-system';

async function configure(config: string): Promise<void> {
  const metadata = { name: 'kratix', namespace };
  await world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { config } });
}

const schedule = () =>
  world.platform.client.schedule
    .getHandle('compare-stores')
    .describe()
    .catch(() => undefined);
const said = (words: string) => eventually(words, () => controller.lines.find((line) => line.includes(words)));

/** A Job of a pipeline as the Job controller leaves it, and its pod: without a node nobody else makes one. */
async function finishedJob(name: string): Promise<void> {
  const labels = { 'app.kubernetes.io/managed-by': 'Kratix' };
  const container = { name: 'stage', image: 'stage' };
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
  const metadata = { name, namespace, labels };
  await world.apply({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { backoffLimit: 0, template } });
  const pods = ['pods', '-n', namespace, '-l', `batch.kubernetes.io/job-name=${name}`];
  const pod = await eventually(
    'the pod',
    async () => (await world.kubectl('get', ...pods, '-o', 'name')).trim() || undefined,
  );
  await world.kubectl(
    'patch',
    '-n',
    namespace,
    pod,
    '--subresource=status',
    '--type=merge',
    '-p',
    '{"status":{"phase":"Failed"}}',
  );
  await world.kubectl('wait', '-n', namespace, `job/${name}`, '--for=condition=Failed', '--timeout=120s');
}

test('stores are compared as often as the configuration says, from one schedule', async () => {
  const hourly = await eventually('the schedule', schedule);
  expect(hourly.spec.intervals).toEqual([expect.objectContaining({ every: 3_600_000 })]);
  expect(hourly.action).toMatchObject({ workflowType: 'repair' });
  await configure('stateStoreReconciliationInterval: 2h\n');
  const isSo = async () => (await schedule())?.spec.intervals?.[0]?.every === 7_200_000 || undefined;
  await eventually('every two hours', isSo);
  await configure('stateStoreReconciliationInterval: "0"\n');
  await eventually('no schedule', async () => (await schedule()) === undefined || undefined);
});

test('a configuration that cannot be read changes nothing, and says so in the log and as an event', async () => {
  await configure('numberOfJobsToKeep: many\n');
  const message = 'ConfigMap kratix: config: numberOfJobsToKeep: expected a number, found "many"';
  await said(`${message}; what was configured before counts`);
  const events = async () => {
    const listed = await world.kubectl('get', 'events', '-n', namespace, '-o', 'json');
    const { items } = JSON.parse(listed) as { items: Record<string, unknown>[] };
    return items.find((event) => event['reason'] === 'ConfigurationRefused');
  };
  const event = await eventually('the event', events);
  expect(event).toMatchObject({ type: 'Warning', message, involvedObject: { kind: 'ConfigMap', name: 'kratix' } });
  expect(await schedule()).toBeUndefined();
  await configure('podTTLSecondsAfterFinished: 1\n');
  await said('ConfigMap kratix: config: podTTLSecondsAfterFinished: unknown, without effect');
});

test('pods of finished Jobs go when the configuration says so, and their Jobs stay', async () => {
  await finishedJob('done');
  const pods = () => world.kubectl('get', 'pods', '-n', namespace, '-o', 'name');
  expect(await pods()).not.toBe('');
  await configure('workflows: { jobOptions: { podTTLSecondsAfterFinished: 3 } }\n');
  await eventually('no pods', async () => (await pods()) === '' || undefined);
  await finishedJob('later');
  await eventually('no pods', async () => (await pods()) === '' || undefined);
  expect(await world.kubectl('get', 'jobs', '-n', namespace, '-o', 'name')).toBe('job.batch/done\njob.batch/later\n');
});

test('a leader begins its term with the times of that moment', async () => {
  await configure('controllerLeaderElection: { leaseDuration: 40s, renewDeadline: 30s, retryPeriod: 1s }\n');
  await controller.stop();
  controller = await startController(world);
  const lease = await world.object('lease', '-n', namespace, 'controller.fulfil.io');
  expect(lease?.spec).toMatchObject({ leaseDurationSeconds: 40 });
});

test("a Promise's plan has the intervals that the configuration says, as soon as it says so", async () => {
  await configure('reconciliationInterval: 3h\n');
  await world.apply(promise('database', {}));
  const plan = async () => (await world.platform.entities.offer('database'))?.plan;
  const isSo = (millis: number) => async () => ((await plan())?.intervalMillis === millis ? await plan() : undefined);
  const before = await eventually('three hours', isSo(3 * 3_600_000));
  await configure('reconciliationInterval: 4h\nworkflows: { reconcileAfterFailure: false }\n');
  const after = await eventually('four hours', isSo(4 * 3_600_000));
  expect(after).toMatchObject({ digest: before.digest, reconcileAfterFailure: false });
});

test('a failed update that gets other intervals is tried once more, and not again and again', async () => {
  await configure('reconciliationInterval: 5h\n');
  await world.apply(promise('fickle', {}));
  await world.until(['promise', 'fickle'], 'Available', ({ status }) => status?.['status'] === 'Available');
  const failing = [pipeline('fail', [stage('fail', 'exit 3')])];
  await world.apply(promise('fickle', { promise: { configure: failing } }));
  const entity = () => world.platform.entities.status('promise/fickle');
  const failed = async () => ((await entity())?.phase === 'Failed' ? await entity() : undefined);
  await eventually('the failed update', failed);
  await configure('reconciliationInterval: 6h\n');
  const isNew = async () => (await world.platform.entities.offer('fickle'))?.newest.intervalMillis === 6 * 3_600_000;
  await holds('six hours', isNew);
  const last = await eventually('the second attempt', async () =>
    (await entity())?.runs[0]?.number === 3 ? failed() : undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect((await entity())?.runs.map(({ number }) => number)).toEqual(last.runs.map(({ number }) => number));
});
