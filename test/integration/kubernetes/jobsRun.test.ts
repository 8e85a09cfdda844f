import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { putJson } from '../../../activities/artifacts/artifactStore.js';
import { NON_ROOT_USER, nonRootSecurity } from './jobsUsers.js';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { ensureAccess } from '../../../activities/kubernetes/ensureAccess.js';
import { planJob } from '../../../activities/kubernetes/jobPlan.js';
import type { Job } from '../../../activities/kubernetes/objects.js';
import type { StageTask } from '../../../src/domain/stageTask.js';
import type { JobsCluster } from './jobsCluster.js';
import { openJobsCluster, stage } from './jobsCluster.js';

let jobs: JobsCluster;

beforeAll(async () => {
  jobs = await openJobsCluster();
});

afterAll(() => jobs?.close());

test('stages pass files on, the outputs and every log are kept', async () => {
  const tasks = await jobs.tasks([
    stage('first', 'echo one; cp /kratix/input/object.yaml /kratix/output/; echo note > /kratix/metadata/note'),
    stage(
      'second',
      'cat /kratix/metadata/note; cd /kratix/output; mkdir -p a/b; echo "$KRATIX_OBJECT_NAME" > a/b/name; ln -s a/b/name link; rm -rf empty; mkdir empty; printf x > run; chmod 755 run',
    ),
  ]);
  const { output, metadata, logs } = await jobs.play(tasks);
  expect(logs).toEqual(['one\n', 'note\n']);
  const files = await jobs.files(output);
  expect(Object.keys(files)).toEqual(['a/b/name', 'link', 'object.yaml', 'run']);
  expect(files['a/b/name']).toBe('box-1\n');
  expect(files['link']).toBe('box-1\n');
  expect(files['object.yaml']).toMatch(/kind: Parcel\n[^]*name: box-1\n[^]*size: 3\n[^]*message: Pending/);
  expect(await jobs.files(metadata)).toEqual({ note: 'note\n' });

  const [job] = (await jobs.jobs()).filter(
    ({ metadata: { labels } }) => labels?.['kratix.io/resource-name'] === 'box-1',
  );
  expect(job?.metadata.name).toMatch(/^kratix-parcels-box-1-configure-[0-9a-f]{5}$/);
  expect(job?.metadata.ownerReferences).toMatchObject([{ kind: 'Parcel', name: 'box-1' }]);
  const name = job?.metadata.annotations?.['fulfil.io/secret'] ?? '';
  const secret = await jobs.kubectl('get', 'secret', '-n', jobs.namespace, name, '-o', 'json');
  expect(JSON.parse(secret)).toMatchObject({ metadata: { ownerReferences: [{ kind: 'Job' }] } });
});

test('a pipeline reads what HealthRecords say of its object, which pipelines do not overrule', async () => {
  const [task] = await jobs.tasks([stage('look', 'cp /kratix/input/object.yaml /kratix/output/')]);
  if (task === undefined) throw new Error('no task');
  const healthStatus = { state: 'degraded', healthRecords: [{ state: 'degraded', source: { name: 'probe' } }] };
  const status = JSON.stringify({ status: { healthStatus, message: 'of another' } });
  await jobs.kubectl(
    'patch',
    `parcels.${jobs.group}`,
    task.owner.name,
    '-n',
    jobs.namespace,
    '--type=merge',
    '-p',
    status,
  );
  const details = await putJson(jobs.artifacts, { url: 'http://a', healthStatus: { state: 'ready' } });
  const { output } = await jobs.play([{ ...task, object: { ...task.object, details } }]);
  const object = load((await jobs.files(output))['object.yaml'] ?? '');
  expect(object).toMatchObject({ status: { message: 'Pending', url: 'http://a', healthStatus } });
});

test('a repeat of a finished run gives the same and runs nothing again', async () => {
  const tasks = await jobs.tasks([stage('only', 'date +%s%N > /kratix/output/time')]);
  const first = await jobs.play(tasks);
  expect(await jobs.play(tasks, await jobs.newRunner())).toEqual(first);
});

test('the last five Jobs of a pipeline stay', async () => {
  const [task] = await jobs.tasks([stage('only', 'true')]);
  if (task === undefined) throw new Error('no task');
  const runs = Array.from({ length: 7 }, (_, index) => task.run.replace(/1$/, String(index + 1)));
  const made: string[] = [];
  for (const run of runs) {
    await jobs.play([{ ...task, run }]);
    // Only finished ones go, and Kubernetes says a moment after us that one is.
    await jobs.kubectl('wait', '-n', jobs.namespace, '--for=condition=Complete', 'jobs', '--all', '--timeout=120s');
    const there = (await jobs.jobs()).filter(isOf(task)).map(({ metadata }) => metadata.name);
    made.push(...there.filter((name) => !made.includes(name)));
  }
  const kept = (await jobs.jobs()).filter(isOf(task)).map(({ metadata }) => metadata.name);
  expect(made).toHaveLength(7);
  expect(kept.toSorted()).toEqual(made.slice(2).toSorted());
});

function isOf({ owner }: StageTask) {
  return ({ metadata }: Job) => metadata.labels?.['kratix.io/resource-name'] === owner.name;
}

test('an image that runs as nobody, and files that only their owner may write', async () => {
  const tasks = await jobs.tasks([
    stage('nobody', 'id -u; cat /kratix/input/object.yaml > /kratix/output/object.yaml', {
      securityContext: nonRootSecurity,
    }),
    stage('root', 'echo x > /kratix/output/root.yaml; chmod 644 /kratix/output/root.yaml'),
  ]);
  const { output, logs } = await jobs.play(tasks);
  expect(logs[0]).toBe(`${NON_ROOT_USER}\n`);
  expect(Object.keys(await jobs.files(output))).toEqual(['object.yaml', 'root.yaml']);
});

test('50 MB of output do not pass through the API server', async () => {
  const script = 'head -c 52428800 /dev/urandom > /kratix/output/big; sha256sum /kratix/output/big | cut -d" " -f1';
  const resources = { limits: { memory: '256Mi' } };
  const tasks = await jobs.tasks([stage('big', script, { resources })]);
  const { output, logs } = await jobs.play(tasks);
  expect(JSON.parse(await jobs.text(output ?? ''))).toEqual([
    { path: 'big', digest: logs[0]?.trim(), size: 52_428_800, executable: false },
  ]);
});

test('Secrets, ConfigMaps and volumes are resolved by Kubernetes', async () => {
  const { kubectl, namespace } = jobs;
  await kubectl('create', 'secret', 'generic', 'pass', '-n', namespace, '--from-literal=word=sesame');
  await kubectl('create', 'configmap', 'conf', '-n', namespace, '--from-literal=COLOUR=green');
  const container = {
    env: [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'pass', key: 'word' } } }],
    envFrom: [{ configMapRef: { name: 'conf' } }],
    volumeMounts: [
      { name: 'given', mountPath: '/given' },
      { name: 'own', mountPath: '/own' },
    ],
  };
  const script = 'echo "$WORD $COLOUR"; cat /given/word; echo; echo kept > /own/file';
  const tasks = await jobs.tasks([stage('first', script, container), stage('second', 'cat /own/file', container)], {
    spec: {
      volumes: [
        { name: 'given', secret: { secretName: 'pass' } },
        { name: 'own', emptyDir: {} },
      ],
    },
  });
  expect((await jobs.play(tasks)).logs).toEqual(['sesame green\nsesame\n', 'kept\n']);
});

const permissions = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }];

test('a pipeline uses the access that it asks for now, whatever another version of it has asked for', async () => {
  const account = `system:serviceaccount:${jobs.namespace}:parcels-resource-configure-configure`;
  const can = (verb: string, what: string) =>
    jobs.kubectl('auth', 'can-i', verb, what, '--as', account, '-n', jobs.namespace).catch(() => 'no\n');
  const play = async (spec: object, runner = jobs.runner) =>
    jobs.play(await jobs.tasks([stage('only', 'true')], { spec: { ...spec } }), runner);
  await play({});
  await play({ rbac: { permissions } }, await jobs.newRunner());
  expect(await can('get', 'configmaps')).toBe('yes\n');
  expect(await can('get', 'secrets')).toBe('no\n');
  // Back to the version before, by a worker that does not know of the other.
  await play({});
  expect(await can('get', 'configmaps')).toBe('no\n');
});

test('access that is as it was is looked at object by object, and searched for no other', async () => {
  const [task] = await jobs.tasks([stage('only', 'true')], { spec: { rbac: { permissions } } });
  if (task === undefined) throw new Error('no stage');
  const planned = await planJob(jobs.artifacts, task);
  const asked: string[] = [];
  const ask: Cluster['ask'] = (method, path, options) => {
    asked.push(`${method} ${path.split('/').slice(-2).join('/')}`);
    return jobs.cluster.ask(method, path, options);
  };
  await ensureAccess({ ...jobs.cluster, ask }, planned);
  expect(asked.some((each) => each.includes('labelSelector'))).toBe(true);
  asked.length = 0;
  await ensureAccess({ ...jobs.cluster, ask }, planned);
  const id = 'parcels-resource-configure-configure';
  expect(asked.toSorted()).toEqual([
    `GET rolebindings/${id}`,
    expect.stringMatching(`GET rolebindings/${id}-`),
    `GET roles/${id}`,
    expect.stringMatching(`GET roles/${id}-`),
    `GET serviceaccounts/${id}`,
  ]);
});

test('pipelines run in the namespace that the Promise names', async () => {
  const elsewhere = `${jobs.namespace}-pipelines`;
  await jobs.kubectl('create', 'namespace', elsewhere);
  try {
    const tasks = await jobs.tasks([stage('only', 'echo here > /kratix/output/x')], { pipelineNamespace: elsewhere });
    expect(await jobs.files((await jobs.play(tasks)).output)).toEqual({ x: 'here\n' });
    const found = JSON.parse(await jobs.kubectl('get', 'jobs', '-n', elsewhere, '-o', 'json')) as {
      items: { metadata: { name: string; labels: Record<string, string>; ownerReferences?: unknown } }[];
    };
    expect(found.items[0]?.metadata.name).toContain(`-${jobs.namespace}-configure-`);
    expect(found.items[0]?.metadata.labels['kratix.io/resource-namespace']).toBe(jobs.namespace);
    expect(found.items[0]?.metadata.ownerReferences).toBeUndefined();
  } finally {
    await jobs.kubectl('delete', 'namespace', elsewhere, '--wait=false');
  }
});
