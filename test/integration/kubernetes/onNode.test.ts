import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Job, KubernetesList } from '../../../activities/kubernetes/objects.js';
import { BASE_IMAGE } from '../../../src/setup/baseImage.js';
import { pipeline, promise, request, stage } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

const write = (name: string) =>
  stage(name, `grep '^  size:' /kratix/input/object.yaml >/kratix/output/${name}.yaml; echo wrote ${name}`);
const slow = stage('slow', 'echo begun; sleep 15; echo a: b >/kratix/output/slow.yaml');
const eats = stage('eats', 'x=$(head -c 104857600 /dev/zero | tr "\\0" x); echo ${#x}', {
  resources: { limits: { memory: '20Mi' } },
});
const looks = stage('looks', 'cp /late/a /kratix/output/a.yaml', {
  volumeMounts: [{ name: 'late', mountPath: '/late' }],
});
/** No node has it until a test gives it to one. */
const nodeSelector = { 'fulfil.test/room': 'yes' };
const missing = { name: 'run', image: 'localhost/no-such-image:1', command: ['true'] };
const once = { restartPolicy: 'Never', backoffLimit: 0 } as const;
const steady = stage('steady', 'sleep 60; echo a: b >/kratix/output/steady.yaml');
const kinds = {
  parcel: [pipeline('first', [write('one')]), pipeline('second', [write('two')])],
  drained: [pipeline('configure', [slow], { restartPolicy: 'OnFailure' })],
  steady: [pipeline('configure', [steady])],
  lacking: [pipeline('configure', [looks], { volumes: [{ name: 'late', secret: { secretName: 'late' } }] })],
  missing: [pipeline('configure', [write('one'), missing], once)],
  crowded: [pipeline('configure', [write('one')], { nodeSelector })],
  hungry: [pipeline('configure', [eats], once)],
};

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform('node', { FULFIL_STAGE_SLOTS: '20' });
  controller = await startController(world);
  const tidy = { delete: [pipeline('tidy', [stage('tidy', 'true')])] };
  const promises = Object.entries(kinds).map(([name, configure]) => {
    return promise(name, { resource: { configure, ...(name === 'parcel' ? tidy : {}) } });
  });
  await world.apply(...platformObjects(repository), ...promises);
  await world.kubectl('wait', '--for=condition=Available', 'promises', '--all', '--timeout=120s');
  // Looked at last: that a pod does not get on is said after a minute.
  const small = { size: 'small' };
  await world.apply(request('missing', 'one', small), request('crowded', 'one', small));
  await world.apply(request('crowded', 'unwanted', small));
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

async function failing(plural: string, name: string): Promise<Shown> {
  return world.until([plural, name], 'Failing', (shown) => condition(shown, 'Reconciled')?.message === 'Failing');
}

test('from kubectl to pods, to documents in the store, to the status', async () => {
  await world.apply(request('parcel', 'example', { size: 'large' }));
  const shown = await world.until(['parcels', 'example'], 'Reconciled', isReconciled);
  expect(shown.status).toMatchObject({ message: 'Resource requested', workflows: 2, workflowsSucceeded: 2 });
  for (const [name, file] of [
    ['first', 'one'],
    ['second', 'two'],
  ] as const) {
    const path = `worker/resources/default/parcel/example/${name}/5058f/${file}.yaml`;
    expect(await repository.read(path)).toBe('  size: large');
  }
  const pods = await world.kubectl('get', 'pods', '-l', 'kratix.io/promise-name=parcel', '--no-headers');
  expect(pods.trim().split('\n')).toEqual([
    expect.stringMatching(/^kratix-parcel-example-first-\w+-\w+ +0\/1 +Completed/),
    expect.stringMatching(/^kratix-parcel-example-second-\w+-\w+ +0\/1 +Completed/),
  ]);
  const events = await world.kubectl('get', 'events', '--sort-by=.metadata.creationTimestamp');
  expect(events).toMatch(/PipelineStarted +parcel\/example +Configure Pipeline started: second/);
  expect(events).toMatch(
    /WorkloadsWrittenToStateStore +workplacement\/\S+ +successfully written to Destination: worker/,
  );
});

test('memory that runs out is named in the status', async () => {
  await world.apply(request('hungry', 'one'));
  const shown = await failing('hungrys', 'one');
  expect(shown.status?.['message']).toMatch(/stage "eats" (ran out of memory|exited with code 137)/);
});

test('a pod that is evicted is replaced, and its request knows nothing of it', async () => {
  await world.apply(request('drained', 'one'));
  const pod = await runningPod('drained', 'slow');
  try {
    await world.kubectl('drain', 'node', '--delete-emptydir-data', '--pod-selector', 'kratix.io/promise-name=drained');
  } finally {
    await world.kubectl('uncordon', 'node');
  }
  await world.until(['draineds', 'one'], 'Reconciled', isReconciled);
  expect(await repository.read('worker/resources/default/drained/one/configure/5058f/slow.yaml')).toBe('a: b');
  expect(await world.kubectl('get', 'pods', '-o', 'name')).not.toContain(pod);
});

/** A pod in which a Promise's stage runs now, when it runs in so many. */
async function runningPod(promiseName: string, stageName: string, namespace = 'default', count = 1): Promise<string> {
  return eventually(`${stageName} runs`, async () => {
    const selector = ['-n', namespace, '-l', `kratix.io/promise-name=${promiseName}`, '-o', 'json'];
    const list = JSON.parse(await world.kubectl('get', 'pods', ...selector)) as PodList;
    const running = list.items.filter(({ status }) =>
      status.initContainerStatuses?.some(({ name, state }) => name === stageName && state.running !== undefined),
    );
    return running.length < count ? undefined : running[0]?.metadata.name;
  });
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly initContainerStatuses?: readonly {
        readonly name: string;
        readonly state: { readonly running?: unknown };
      }[];
    };
  }[];
}

/** The Warning beside a request whose pipeline does not get on. */
async function warningOf(kind: string): Promise<string> {
  const selector = `--field-selector=reason=PipelineWaiting,involvedObject.kind=${kind}`;
  return eventually('an event', async () => {
    const said = await world.kubectl('get', 'events', '-A', selector, '-o', 'jsonpath={.items[*].message}');
    return said === '' ? undefined : said;
  });
}

test('a quota that lets no Job in is named beside the request, which goes on when there is room', async () => {
  await world.kubectl('create', 'namespace', 'full');
  await world.kubectl('create', 'quota', 'none', '-n', 'full', '--hard=count/jobs.batch=0');
  const wish = request('parcel', 'pressed', { size: 'small' }) as { metadata: object };
  await world.apply({ ...wish, metadata: { ...wish.metadata, namespace: 'full' } });
  expect(await warningOf('Parcel')).toMatch(
    /^Pipeline first does not get on: Kubernetes answers 403 to POST \S+: .*exceeded quota: none/,
  );
  await world.kubectl('delete', 'quota', 'none', '-n', 'full');
  await world.until(['parcels', 'pressed', '-n', 'full'], 'Reconciled', isReconciled);
  await world.kubectl('delete', 'namespace', 'full', '--timeout=90s');
});

test('a pod that waits for its volume says so beside its request, and goes on when it is there', async () => {
  await world.apply(request('lacking', 'one'));
  expect(await warningOf('Lacking')).toMatch(
    /^Pipeline configure does not get on: pod kratix-lacking-one-configure-\S+ cannot begin: a volume, its Secret/,
  );
  await world.kubectl('create', 'secret', 'generic', 'late', '--from-literal=a=b');
  // A kubelet looks again after two minutes at most.
  await eventually(
    'the request fulfilled',
    async () => {
      const shown = await world.object('lackings', 'one');
      return shown !== undefined && isReconciled(shown) ? true : undefined;
    },
    150_000,
  );
});

test('Temporal that is away for longer than a heartbeat may be takes no pod along', async () => {
  // Which of them is taken for dead is a matter of milliseconds: one of a few is.
  const names = ['one', 'two', 'three', 'four'];
  await world.apply(...names.map((name) => request('steady', name)));
  const pods = async () => {
    const found = await world.kubectl('get', 'pods', '-l', 'kratix.io/promise-name=steady', '-o', 'name');
    return found.trim().split('\n').toSorted();
  };
  await runningPod('steady', 'steady', 'default', names.length);
  const before = await pods();
  // The limit is 10 s, and the stages go on for long enough to be heard of afterwards.
  await world.platform.outage(15_000);
  for (const name of names) await world.until(['steadys', name], 'Reconciled', isReconciled);
  expect(await pods()).toEqual(before);
});

test('a namespace that is deleted takes its requests along, and their documents', async () => {
  const away = (name: string, kind: string) => {
    const made = request(kind, name, { size: 'small' }) as { metadata: object };
    return { ...made, metadata: { ...made.metadata, namespace: 'team' } };
  };
  await world.kubectl('create', 'namespace', 'team');
  await world.apply(away('settled', 'parcel'));
  await world.until(['parcels', 'settled', '-n', 'team'], 'Reconciled', isReconciled);
  await world.apply(away('running', 'steady'));
  await runningPod('steady', 'steady', 'team');
  const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/team/'));
  expect(await documents()).toHaveLength(2);
  await world.kubectl('delete', 'namespace', 'team', '--timeout=90s');
  await holds('their documents gone', async () => (await documents()).length === 0);
});

/** The run of each Job that a Promise's request has. */
async function runsOf(promiseName: string, name: string): Promise<readonly string[]> {
  const selector = `kratix.io/promise-name=${promiseName},kratix.io/resource-name=${name}`;
  const list = JSON.parse(await world.kubectl('get', 'jobs', '-l', selector, '-o', 'json')) as KubernetesList<Job>;
  return list.items.map(({ metadata }) => metadata.annotations?.['fulfil.io/run'] ?? '');
}

const says = (line: RegExp) => (shown: Shown) => line.test(String(shown.status?.['message']));

test('an image that is nowhere is waited for and named; a mended Promise ends that, and takes its Job away', async () => {
  const line =
    /^pipeline "configure", stage "run" does not get on: image localhost\/no-such-image:1 of .*; goes on by itself$/;
  const shown = await world.until(['missings', 'one'], 'waits', says(line));
  expect(condition(shown, 'ConfigureWorkflowCompleted')?.reason).toBe('PipelinesInProgress');
  const mended = [pipeline('configure', [write('one'), { ...missing, image: BASE_IMAGE }], once)];
  await world.apply(promise('missing', { resource: { configure: mended } }));
  await world.until(['missings', 'one'], 'Reconciled', isReconciled);
  expect(await runsOf('missing', 'one')).toEqual(['resource/missing/default/one/run-2']);
});

test('what waits for a node is run anew at once or given up when somebody says so, and leaves no Job', async () => {
  await world.until(['crowdeds', 'unwanted'], 'waits', says(/no node takes the pod: .*; goes on by itself$/));
  await world.kubectl('label', 'crowdeds', 'unwanted', 'kratix.io/manual-reconciliation=true');
  const run = 'resource/crowded/default/unwanted/run-2';
  await holds('the next run', async () => isDeepStrictEqual(await runsOf('crowded', 'unwanted'), [run]));
  // Before its own wait is told: its stage is still called, and left to see that its pod does not begin.
  await world.kubectl('label', 'crowdeds', 'unwanted', 'kratix.io/paused=true');
  await holds('no Job', async () => (await runsOf('crowded', 'unwanted')).length === 0);
  await world.until(
    ['crowdeds', 'unwanted'],
    'Paused',
    (shown) => condition(shown, 'Reconciled')?.message === 'Paused',
  );
});

test('a pod that no node takes says so in the status, and its request goes on when one does', async () => {
  await world.until(['crowdeds', 'one'], 'waits', says(/no node takes the pod: .*; goes on by itself$/));
  await world.kubectl('label', 'nodes', '--all', 'fulfil.test/room=yes');
  await world.until(['crowdeds', 'one'], 'Reconciled', isReconciled);
  expect(await runsOf('crowded', 'one')).toEqual(['resource/crowded/default/one/run-1']);
});

test('a deleted Promise takes requests, documents and Jobs along', async () => {
  await world.kubectl('delete', 'promise', 'parcel', '--timeout=80s');
  expect((await repository.files()).filter((file) => file.includes('/parcel/'))).toEqual([]);
  expect(await world.kubectl('get', 'jobs', '-l', 'kratix.io/promise-name=parcel', '-o', 'name')).toBe('');
});
