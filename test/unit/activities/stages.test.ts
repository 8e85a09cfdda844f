import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { containerEnvironment, pipelineNamespace } from '../../../activities/stages/containerEnvironment.js';
import { givenVolumes } from '../../../activities/stages/givenVolumes.js';
import { quantity } from '../../../activities/stages/quantity.js';
import { containerSpec, ownVolumes, stageContainer } from '../../../activities/stages/stageContainer.js';
import { makeSubPaths } from '../../../activities/stages/stageVolumes.js';
import { checkPromise } from '../../../src/documents/promise.js';
import { Failure } from '../../../src/domain/failure.js';
import type { StageTask } from '../../../src/domain/stageTask.js';
import { pipeline, promise, stage } from '../../platform/documents.js';
import { valueOf } from '../documents/fixtures.js';
import { openScratch } from './scratch.js';

const scratch = openScratch();

const task: StageTask = {
  run: 'resource/db/team/one/run-2',
  owner: {
    type: 'resource',
    promise: 'db',
    apiVersion: 'test.fulfil.io/v1',
    kind: 'Db',
    plural: 'dbs',
    namespace: 'team',
    name: 'one',
  },
  promise: 'digest',
  action: 'configure',
  pipeline: 'c',
  stage: 's',
  timeoutSeconds: 60,
  object: { document: 'd', generation: 1, uid: 'u', createdAt: 't', status: {} },
  volumes: { own: {} },
};

/** The one container of a checked Promise, with these changes. */
function containerOf(changes: Record<string, unknown>, volumes: readonly Record<string, unknown>[] = []) {
  const one = pipeline('c', [stage('s', 'true', changes)]);
  const spec = { ...(one['spec'] as Record<string, unknown>), volumes };
  const document = promise('db', { resource: { configure: [{ ...one, spec }] } });
  return stageContainer(valueOf(checkPromise(document, '')), task);
}

const directories = { input: '/in', output: '/out', metadata: '/meta', own: { cache: '/own/cache' } };
const around = {
  worker: 'w',
  network: 'default',
  environment: {},
  directories,
  given: { tls: '/given/tls' },
  logFile: '/log',
} as const;

function specOf(changes: Record<string, unknown>, volumes: readonly Record<string, unknown>[] = []) {
  return containerSpec(task, containerOf(changes, volumes), around);
}

describe('the container of a stage', () => {
  test('has the three volumes, the input read-only, and the limits of Kratix', () => {
    const spec = specOf({});
    expect(spec.mounts).toEqual([
      { host: '/in', path: '/kratix/input', readOnly: true },
      { host: '/out', path: '/kratix/output', readOnly: false },
      { host: '/meta', path: '/kratix/metadata', readOnly: false },
    ]);
    expect(spec.limits).toEqual({ cpus: 0.2, memoryBytes: 256 * 2 ** 20, pids: 512 });
    expect(spec.key).toBe('resource/db/team/one/run-2/c/s/u');
  });

  test('its own limits replace the default ones, each by itself', () => {
    expect(specOf({ resources: { limits: { memory: '1Gi' } } }).limits).toMatchObject({
      cpus: 0.2,
      memoryBytes: 2 ** 30,
    });
  });

  test('volumes: an emptyDir can be written, a Secret cannot, a part of one is mounted by itself', () => {
    const volumes = [
      { name: 'cache', emptyDir: {} },
      { name: 'tls', secret: { secretName: 'tls' } },
    ];
    const volumeMounts = [
      { name: 'cache', mountPath: '/cache', subPath: 'a/b' },
      { name: 'tls', mountPath: '/tls' },
    ];
    expect(specOf({ volumeMounts }, volumes).mounts.slice(3)).toEqual([
      { host: '/own/cache/a/b', path: '/cache', readOnly: false },
      { host: '/given/tls', path: '/tls', readOnly: true },
    ]);
    expect(ownVolumes(containerOf({ volumeMounts }, volumes))).toEqual(['cache']);
  });

  test.each([['../../etc'], ['/etc'], ['a/../../b']])(
    'a subPath %s, which leads out of its volume, is refused',
    (subPath) => {
      const changes = { volumeMounts: [{ name: 'cache', mountPath: '/cache', subPath }] };
      expect(() => specOf(changes, [{ name: 'cache', emptyDir: {} }])).toThrow(
        expect.objectContaining({
          type: 'StageRefused',
          message: `stage "s": subPath "${subPath}" leads out of its volume`,
        }),
      );
    },
  );

  test('a part of a volume that is not there yet is made', async () => {
    const own = { cache: scratch.path('cache') };
    await makeSubPaths(
      [
        { name: 'cache', subPath: 'a/b' },
        { name: 'cache', subPath: '../x' },
      ],
      { ...directories, own },
    );
    expect((await stat(join(own.cache, 'a/b'))).mode & 0o777).toBe(0o777);
    await expect(stat(scratch.path('x'))).rejects.toThrow('ENOENT');
  });

  test('a kind of volume that only Kubernetes has is refused by name', () => {
    const changes = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    expect(() => specOf(changes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }])).toThrow(
      'volume "data" is neither emptyDir, secret nor configMap; other kinds need Kubernetes',
    );
  });

  test.each([
    ['busybox', 'Always'],
    ['registry.example.com:5000/team/image', 'Always'],
    ['image:latest', 'Always'],
    ['image:1', 'IfNotPresent'],
    ['image@sha256:0123', 'IfNotPresent'],
    ['localhost/image', 'IfNotPresent'],
  ])('%s is pulled %s', (image, pull) => {
    expect(specOf({ image }).pull).toBe(pull);
    expect(specOf({ image, imagePullPolicy: 'Never' }).pull).toBe('Never');
  });

  test('its security context is what the container asks for', () => {
    const securityContext = {
      runAsUser: 0,
      runAsNonRoot: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    expect(specOf({ securityContext }).security).toMatchObject({
      user: 0,
      nonRoot: false,
      readOnlyRoot: true,
      privileged: false,
      dropCapabilities: ['ALL'],
    });
  });

  test('a stage that its Promise does not have is refused', () => {
    expect(() => stageContainer(valueOf(checkPromise(promise('db'), '')), task)).toThrow(
      'stage "s" is not part of pipeline "c"',
    );
  });
});

describe('the environment of a stage', () => {
  const known: Record<string, Record<string, string>> = {
    'team/creds': { user: 'admin', password: 'p' },
    'team/conf': { user: 'other' },
  };
  const read = async ({ namespace, name }: { namespace: string; name: string }) => {
    const values = known[`${namespace}/${name}`];
    if (values === undefined) throw new Failure('SecretNotFound', `${name} not found`, true);
    return values;
  };
  const sources = { secrets: read, configMaps: read };
  const environmentOf = (changes: Record<string, unknown>) =>
    containerEnvironment(task, containerOf(changes).container, 'team', sources);

  test('later sources win: the contract, envFrom, env', async () => {
    const environment = await environmentOf({
      envFrom: [{ prefix: 'A_', secretRef: { name: 'creds' } }, { configMapRef: { name: 'conf' } }],
      env: [
        { name: 'KRATIX_OBJECT_NAME', value: 'mine' },
        { name: 'user', value: 'last' },
      ],
    });
    expect(environment).toMatchObject({ A_user: 'admin', A_password: 'p', user: 'last', KRATIX_OBJECT_NAME: 'mine' });
    expect(environment).toMatchObject({ KRATIX_PROMISE_NAME: 'db', KRATIX_WORKFLOW_TYPE: 'resource' });
  });

  test('$(NAME) is an earlier variable, $$(NAME) stays, an unknown one too', async () => {
    const env = [
      { name: 'A', value: 'a' },
      { name: 'B', value: '$(A)-$$(A)-$(C)' },
      { name: 'C', value: 'c' },
    ];
    expect((await environmentOf({ env }))['B']).toBe('a-$(A)-$(C)');
  });

  test('a key by reference; what is optional may be missing, what is not is awaited', async () => {
    const from = (name: string, key: string, optional?: boolean) => ({
      name: 'V',
      valueFrom: { secretKeyRef: { name, key, optional } },
    });
    expect((await environmentOf({ env: [from('creds', 'password')] }))['V']).toBe('p');
    expect(await environmentOf({ env: [from('none', 'password', true)] })).not.toHaveProperty('V');
    await expect(environmentOf({ env: [from('creds', 'none')] })).rejects.toMatchObject({
      type: 'SecretNotFound',
      retryable: true,
      message: 'none not found in Secret team/creds',
    });
    await expect(environmentOf({ env: [from('none', 'password')] })).rejects.toMatchObject({ type: 'SecretNotFound' });
  });

  test('fields of the pod that exist here; others are refused by name', async () => {
    const field = (fieldPath: string) => ({ env: [{ name: 'V', valueFrom: { fieldRef: { fieldPath } } }] });
    expect((await environmentOf(field('metadata.namespace')))['V']).toBe('team');
    await expect(environmentOf(field('status.podIP'))).rejects.toThrow(
      'env V: fieldRef status.podIP exists in Kubernetes only',
    );
  });

  test("secrets are looked up in the request's namespace, those of a Promise in the platform's", () => {
    expect(pipelineNamespace(task, undefined)).toBe('team');
    expect(pipelineNamespace({ ...task, owner: { ...task.owner, type: 'promise' } }, undefined)).toBe(
      'kratix-platform-system',
    );
    expect(pipelineNamespace(task, 'configured')).toBe('configured');
  });

  test('volumes from Secrets: every key or the chosen ones; a path out of the volume is refused', async () => {
    const mounted = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
    const laidOut = async (items: unknown) => {
      const stageOf = containerOf(mounted, [{ name: 'v', secret: { secretName: 'creds', items } }]);
      return givenVolumes(stageOf, scratch.path(`given-${JSON.stringify(items)?.length ?? 0}`), 'team', sources);
    };
    const all = (await laidOut(undefined))['v'] ?? '';
    expect((await stat(join(all, 'password'))).mode & 0o777).toBe(0o644);
    const chosen = (await laidOut([{ key: 'user', path: 'deep/name' }]))['v'] ?? '';
    expect((await stat(join(chosen, 'deep/name'))).isFile()).toBe(true);
    await expect(laidOut([{ key: 'user', path: '../../out' }])).rejects.toMatchObject({ type: 'StageRefused' });
  });
});

test.each([
  ['200m', 0.2],
  ['2', 2],
  [1.5, 1.5],
  ['256Mi', 268_435_456],
  ['1Gi', 1_073_741_824],
  ['1G', 1_000_000_000],
  ['128k', 128_000],
  ['1e3', 1000],
])('the quantity %s is %d', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 9);
});
