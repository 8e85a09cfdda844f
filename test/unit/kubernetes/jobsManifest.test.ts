import { expect, test } from '@jest/globals';
import { jobManifest } from '../../../activities/kubernetes/jobManifest.js';
import { defaultConfiguration } from '../../../src/documents/platformConfiguration.js';
import { jobName } from '../../../activities/kubernetes/jobName.js';
import { ownerOf } from '../../../activities/kubernetes/jobOwner.js';
import { objectName } from '../../../activities/kubernetes/objectName.js';
import type { JobPlan } from '../../../activities/kubernetes/jobPlan.js';
import { pipelineAccess } from '../../../activities/kubernetes/pipelineAccess.js';
import { runSecret } from '../../../activities/kubernetes/runSecret.js';
import { specHash } from '../../../activities/kubernetes/specHash.js';
import { plan } from './jobsFixtures.js';

const settings = {
  ...defaultConfiguration,
  helperImage: 'registry.example/helper:1',
  receiverUrl: 'http://fulfil-worker.fulfil:8085/',
};

test('the Job of a Resource’s pipeline, every default filled in', async () => {
  const job = await plan();
  expect(jobManifest(job, jobName(job), 'secret-1', settings, ownerOf(job))).toMatchSnapshot();
});

test('the Job of a Promise’s pipeline, everything set', async () => {
  const rich = await plan({
    type: 'promise',
    metadata: { labels: { team: 'x', 'kratix.io/pipeline-name': 'mine' }, annotations: { note: 'pod only' } },
    spec: {
      containers: [
        {
          name: 'render',
          image: 'registry.example/render:1',
          command: ['sh'],
          args: ['-c', 'true'],
          env: [
            { name: 'A', value: 'b' },
            { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          ],
          envFrom: [{ configMapRef: { name: 'c' } }],
          volumeMounts: [{ name: 'own', mountPath: '/own', subPath: 'x' }],
          imagePullPolicy: 'Always',
          securityContext: { runAsUser: 7, aFieldOfTomorrow: true },
          resources: { limits: { cpu: '2' } },
        },
        { name: 'check', image: 'registry.example/check:1' },
      ],
      imagePullSecrets: [{ name: 'theirs' }],
      jobOptions: { backoffLimit: 1 },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'k', operator: 'Exists' }],
      restartPolicy: 'Never',
      volumes: [{ name: 'own', aVolumeOfTomorrow: { x: 1 } }],
      rbac: { serviceAccount: 'robot' },
    },
  });
  const all = {
    ...settings,
    imagePullSecret: 'ours',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { runAsNonRoot: true },
    resources: { limits: { cpu: '1' } },
    backoffLimit: 4,
  } as const;
  expect(jobManifest(rich, 'name', 'secret-1', all, ownerOf(rich))).toMatchSnapshot();
});

test('names have Kratix’s shape and are the run’s own', async () => {
  const name = jobName(await plan());
  expect(name).toMatch(/^kratix-jenkins-example-instance-[0-9a-f]{5}$/);
  expect(jobName(await plan())).toBe(name);
  expect(jobName(await plan({ run: 'resource/jenkins/team/example/run-2' }))).not.toBe(name);
  expect(jobName(await plan({ resourceSpec: { size: 'large' } }))).not.toBe(name);
  expect(jobName(await plan(), 1)).not.toBe(name);
  expect(jobName(await plan({ pipelineNamespace: 'pipes' }))).toMatch(/^kratix-jenkins-example-team-instance-/);
  expect(jobName(await plan({ type: 'promise' }))).toMatch(/^kratix-jenkins-instance-/);
  expect(objectName(`${'x'.repeat(55)}-${'y'.repeat(20)}`, '')).toMatch(/^x{55}-[0-9a-f]{5}$/);
});

test('the hash follows the specs and not the order of their keys', () => {
  expect(specHash({ a: 1, b: [{ c: 2, d: 3 }] }, undefined)).toBe(specHash({ b: [{ d: 3, c: 2 }], a: 1 }, undefined));
  expect(specHash({ a: 1 }, undefined)).toMatch(/^[0-9a-f]{32}$/);
  expect(specHash({ a: 1 }, { b: 1 })).not.toBe(specHash({ a: 1 }, { b: 2 }));
  expect(specHash([1, 2], undefined)).not.toBe(specHash([2, 1], undefined));
});

test('network: none is refused, for a pod cannot keep it', async () => {
  const asked = plan({ metadata: { annotations: { 'fulfil.io/network': 'none' } } });
  await expect(asked).rejects.toMatchObject({ type: 'StageRefused', retryable: false });
});

function accessOf(planned: JobPlan): readonly unknown[] {
  const { marked, others } = pipelineAccess(planned);
  const [account, ...more] = others;
  return [account, marked, ...more];
}

test('the access of a Promise’s pipeline', async () => {
  expect(accessOf(await plan({ type: 'promise' }))).toMatchSnapshot();
});

test('the access of a Resource’s pipeline that asks for more', async () => {
  const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
  const permissions = [
    rule,
    { ...rule, resourceNamespace: 'a' },
    { ...rule, resourceNamespace: '*' },
    { ...rule, verbs: ['list'], resourceNamespace: 'a' },
  ];
  expect(accessOf(await plan({ pipelineNamespace: 'pipes', spec: { rbac: { permissions } } }))).toMatchSnapshot();
});

test('every run has a token of its own, and every Secret a name of its own', () => {
  const [one, other] = [1, 2].map(() => runSecret('team', 'job', {}, 'digest', undefined, {}));
  expect(one?.data?.['token']).not.toBe(other?.data?.['token']);
  expect(one?.metadata.name).not.toBe(other?.metadata.name);
  expect(Buffer.from(one?.data?.['token'] ?? '', 'base64').toString()).toMatch(/^[\w-]{43}$/);
});
