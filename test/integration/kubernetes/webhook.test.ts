import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { openCluster } from '../../../activities/kubernetes/cluster.js';
import { clusterSecrets } from '../../../activities/secrets/clusterSecrets.js';
import { selfSignedCertificate } from '../../../src/kubernetes/selfSignedCertificate.js';
import type { Webhook } from '../../../src/kubernetes/webhook.js';
import { serveWebhook } from '../../../src/kubernetes/webhook.js';
import { webhookCertificate } from '../../../src/kubernetes/webhookCertificate.js';
import { kubectl, mustKubectl } from '../../cluster/kubectl.js';
import { succeeds } from '../../platform/eventually.js';
import { pipeline, promise, stage } from '../../platform/documents.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import type { ReleaseServer } from '../../servers/releaseServer.js';
import { releaseServer } from '../../servers/releaseServer.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;
let releases: ReleaseServer;
let cluster: Cluster;
let webhook: Webhook;

const namespace = 'kratix-platform-system';
const hosts = ['localhost'];
const apiVersion = 'platform.kratix.io/v1alpha1';

beforeAll(async () => {
  repository = await gitRepository();
  releases = await releaseServer();
  world = await openControllerPlatform();
  controller = await startController(world);
  cluster = await openCluster(world.cluster.kubeconfig);
  const { entities } = world.platform;
  const say = () => undefined;
  webhook = await serveWebhook({ cluster, entities, secrets: clusterSecrets(cluster), namespace, hosts, port: 0, say });
  await world.apply(await configuration());
  await webhookCertificate({ cluster, namespace, hosts });
  const spec = { url: `file://${repository.path}` };
  // The API server refuses everything until it has heard of the certificate.
  const store = { apiVersion, kind: 'GitStateStore', metadata: { name: 'main' }, spec };
  await succeeds('an object under a webhook that is trusted', () => world.apply(store));
  await world.apply(destination('worker'));
  await world.until(['destination', 'worker'], 'Ready', (shown) => condition(shown, 'Ready')?.status === 'True');
});
afterAll(async () => {
  await webhook?.close();
  await controller?.stop();
  await world?.close();
  await Promise.all([repository?.remove(), releases?.close()]);
});

/** What is installed, but for where we are; here nothing passes when nobody answers. */
async function configuration(): Promise<object> {
  const [found] = loadAll(await readFile('deploy/webhook/webhook.yaml', 'utf8')) as { webhooks: object[] }[];
  const url = `https://localhost:${webhook.port}/validate`;
  const webhooks = (found?.webhooks ?? []).map((each) => ({ ...each, failurePolicy: 'Fail', clientConfig: { url } }));
  return { ...found, webhooks };
}

const destination = (name: string, path = 'worker', store = 'main') => ({
  apiVersion,
  kind: 'Destination',
  metadata: { name },
  spec: { path, stateStoreRef: { kind: 'GitStateStore', name: store } },
});

/** What kubectl prints on standard error. */
async function asked(object: unknown): Promise<string> {
  const { ok, stderr } = await kubectl(world.cluster.kubeconfig, ['apply', '-f', '-'], object);
  return ok ? stderr : `refused: ${stderr.replace(/^.*denied the request: /s, '')}`;
}

type Editable = { metadata: object; spec: { api: { spec: { names: object } }; requiredPromises?: object[] } };
const database = () => promise('database', {}) as unknown as Editable;

test('a path that another Destination has is refused, a store that is missing is warned of', async () => {
  expect(await asked(destination('rival', 'worker/'))).toContain(
    "refused: Destination rival: spec.path: destination path 'worker' already exists for state store 'main' (Destination worker)",
  );
  expect(await asked(destination('early', 'early', 'later'))).toContain(
    'Warning: referenced GitStateStore "later" does not exist',
  );
});

test('an API that the API server would refuse is refused, with its words', async () => {
  const bad = database();
  bad.spec.api.spec.names = { ...bad.spec.api.spec.names, shortNames: ['Not Valid'] };
  expect(await asked(bad)).toMatch(/^refused: Promise database: spec\.api: invalid CRD: .*shortNames/s);
  expect(await world.object('promise', 'database')).toBeUndefined();
});

test('pipelines whose Jobs the API server would refuse are refused, all of them, with its words', async () => {
  const securityContext = { runAsUser: -5 };
  const broken = (name: string) => {
    const { spec, ...rest } = pipeline(name, [stage('build', 'true')]) as { spec: { containers: object[] } };
    return { ...rest, spec: { containers: spec.containers.map((each) => ({ ...each, securityContext })) } };
  };
  const configure = [pipeline('fine', [stage('build', 'true')]), broken('first')];
  const words = await asked(promise('broken', { resource: { configure, delete: [broken('last')] } }));
  expect(words).toMatch(
    /^refused: Promise broken: spec\.workflows\.resource\.configure: resource\.configure pipeline with name first failed to generate Job definition: .*securityContext\.runAsUser: Invalid value: -5.*; Promise broken: spec\.workflows\.resource\.delete: /s,
  );
  expect(words).not.toContain('fine');
  expect(await world.object('promise', 'broken')).toBeUndefined();
  const jobs = await world.kubectl('get', 'jobs', '-A', '-o', 'name');
  expect(jobs).not.toContain('broken');
});

test('a Promise that has to wait for others is taken with warnings', async () => {
  const waiting = { ...database(), spec: { ...database().spec, requiredPromises: [{ name: 'disk', version: 'v2' }] } };
  const words = await asked(waiting);
  expect(words).toContain('Required Promise "disk" at version "v2" not installed');
  expect(words).toContain('Promise will not be available until the above issue(s) is resolved');
});

test('a release is looked for when it is new', async () => {
  const release = (path: string) => ({
    apiVersion,
    kind: 'PromiseRelease',
    metadata: { name: path.slice(1) },
    spec: { version: 'v1', sourceRef: { type: 'http', url: `${releases.url}${path}` } },
  });
  expect(await asked(release('/missing'))).toContain(
    'refused: failed to fetch promise: failed to get Promise from URL: status code 404',
  );
  releases.pages.set('/other', { body: JSON.stringify(promise('other', {})) });
  expect(await asked(release('/other'))).toContain(
    'Warning: version label (kratix.io/promise-version) not found on promise, installation will fail',
  );
});

test('an object that was there before may lose its finalizer, whatever is wrong with it', async () => {
  await world.kubectl('delete', 'destination', 'early', '--timeout=120s');
  await world.kubectl('delete', 'promiserelease', 'other', '--timeout=120s');
});

test('without the webhook the same sentences are in conditions', async () => {
  await world.kubectl('delete', 'validatingwebhookconfiguration', 'fulfil');
  // The API server goes on asking it for a moment.
  await succeeds('an object of which nobody is asked', () => world.apply(destination('rival')));
  const shown = await world.until(['destination', 'rival'], 'refused', (object) => {
    return condition(object, 'Ready')?.reason === 'DocumentRefused';
  });
  expect(condition(shown, 'Ready')?.message).toContain("destination path 'worker' already exists");
  await world.apply(await configuration());
});

test('a certificate is kept, and renewed before it ends without a moment of distrust', async () => {
  const pair = await webhookCertificate({ cluster, namespace, hosts });
  expect(await webhookCertificate({ cluster, namespace, hosts })).toEqual(pair);
  const old = selfSignedCertificate(hosts, 20);
  const data = { 'tls.crt': old.certificate, 'tls.key': old.key };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'fulfil-webhook', namespace },
    stringData: data,
  };
  await mustKubectl(world.cluster.kubeconfig, ['apply', '--server-side', '--force-conflicts', '-f', '-'], secret);
  const fresh = await webhookCertificate({ cluster, namespace, hosts });
  expect(Date.parse(new X509Certificate(fresh.certificate).validTo)).toBeGreaterThan(Date.now() + 300 * 86_400_000);
  const bundle = await world.kubectl(
    'get',
    'validatingwebhookconfiguration',
    'fulfil',
    '-o',
    'jsonpath={.webhooks[0].clientConfig.caBundle}',
  );
  expect(Buffer.from(bundle, 'base64').toString()).toBe(fresh.certificate + old.certificate);
  expect(load(await world.kubectl('get', 'secret', '-n', namespace, 'fulfil-webhook', '-o', 'yaml'))).toMatchObject({
    type: 'kubernetes.io/tls',
  });
});
