import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startApiServer } from '../../cluster/cluster.js';
import type { Flux } from '../../cluster/flux.js';
import { startFlux } from '../../cluster/flux.js';
import { kubectl, mustKubectl } from '../../cluster/kubectl.js';
import { holds } from '../../platform/eventually.js';
import type { BucketServer } from '../../servers/bucketServer.js';
import { minioServer } from '../../servers/bucketServer.js';
import { writeSecret } from '../../platform/secrets.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';
import { jenkinsPromise, jenkinsRequest } from './jenkins.js';

let platform: ControllerPlatform;
let controller: RunningController;
let worker: OwnCluster;
let flux: Flux;
let bucket: BucketServer;
let repository: GitRepository;
let git: GitHttpServer;

beforeAll(async () => {
  bucket = await minioServer();
  await bucket.client.makeBucket('kratix');
  repository = await gitRepository();
  git = await gitHttpServer(repository.root);
  platform = await openControllerPlatform();
  controller = await startController(platform);
  worker = await startApiServer();
  flux = await startFlux(worker.kubeconfig);
});

afterAll(async () => {
  await flux?.stop();
  await controller?.stop();
  await platform?.close();
  await worker?.stop();
  await Promise.all([bucket?.close(), git?.close(), repository?.remove()]);
});

const apiVersion = 'platform.kratix.io/v1alpha1';
/** Flux waits for what it has applied, and again for what depends on it. */
const patience = 200_000;

interface Store {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Of the state store, as the worker reads it. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Of Flux. */
  readonly secret: Readonly<Record<string, string>>;
  readonly secretName: string;
  /** The example, for a server of this machine. */
  readonly example: () => Promise<string>;
}

const inBucket = (): Store => ({
  kind: 'BucketStateStore',
  spec: { endpoint: bucket.endpoint, insecure: true, bucketName: 'kratix' },
  credentials: { accessKeyID: bucket.accessKey, secretAccessKey: bucket.secretKey },
  secret: { accesskey: bucket.accessKey, secretkey: bucket.secretKey },
  secretName: 'kratix-bucket',
  example: async () =>
    (await readFile('deploy/flux/bucket.yaml', 'utf8'))
      .replace('minio.example.com:9000', bucket.endpoint)
      .replace('insecure: false', 'insecure: true'),
});

const inGit = (): Store => ({
  kind: 'GitStateStore',
  spec: { url: `${git.origin}/state.git` },
  credentials: { username: 'fulfil', password: git.password },
  secret: { username: 'fulfil', password: git.password },
  secretName: 'kratix-repository',
  example: async () =>
    (await readFile('deploy/flux/git.yaml', 'utf8')).replace(/https:.*state\.git/, `${git.origin}/state.git`),
});

test.each([
  ['bucket', inBucket],
  ['git', inGit],
])(
  'from kubectl on the platform to objects on another cluster, by a %s, and back',
  async (name, open) => {
    const store = open();
    await registerStore(name, store);
    await followStore(store);
    await platform.apply(await promiseWithoutOperator());
    await platform.until(['promise', 'jenkins'], 'Available', (object) => {
      return condition(object, 'Available')?.status === 'True';
    });
    await platform.apply(jenkinsRequest('example'));
    await holds('Flux has applied the request', async () => (await envOf('example')) === 'dev', patience);
    expect((await kubectl(worker.kubeconfig, ['get', 'serviceaccount', 'jenkins-operator'])).ok).toBe(true);

    await platform.apply(jenkinsRequest('example', 'prod'));
    await holds('Flux has applied the change', async () => (await envOf('example')) === 'prod', patience);

    await platform.kubectl('delete', 'promise', 'jenkins', '--timeout=120s');
    for (const object of ['crd/jenkins.jenkins.io', 'serviceaccount/jenkins-operator']) {
      const isGone = async () => (await kubectl(worker.kubeconfig, ['get', object])).stderr.includes('NotFound');
      await holds(`Flux has removed ${object}`, isGone, patience);
    }
    await platform.kubectl('delete', 'destination', 'worker-cluster', '--timeout=120s');
  },
  5 * patience,
);

async function registerStore(name: string, { kind, spec, credentials }: Store): Promise<void> {
  await writeSecret(platform.platform, name, credentials);
  const stateStoreRef = { kind, name };
  await platform.apply(
    { apiVersion, kind, metadata: { name }, spec: { ...spec, secretRef: { namespace: 'default', name } } },
    {
      apiVersion,
      kind: 'Destination',
      metadata: { name: 'worker-cluster', labels: { environment: 'dev' } },
      spec: { path: 'worker-cluster', stateStoreRef },
    },
  );
  await platform.until(['destination', 'worker-cluster'], 'Ready', (object) => {
    return condition(object, 'Ready')?.status === 'True';
  });
}

async function followStore({ secret, secretName, example }: Store): Promise<void> {
  const { kubeconfig, directory } = worker;
  const metadata = { name: secretName, namespace: 'flux-system' };
  await mustKubectl(kubeconfig, ['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    stringData: secret,
  });
  const file = join(directory, 'flux.yaml');
  // sources are looked at every ten seconds in the example: nothing that a test has to wait for
  await writeFile(file, (await example()).replace('interval: 10s', 'interval: 1s'));
  await mustKubectl(kubeconfig, ['apply', '-f', file]);
}

/** Flux waits until the dependencies are ready, and without a node no operator ever is. */
async function promiseWithoutOperator(): Promise<object> {
  const promise = await jenkinsPromise();
  const dependencies = promise.spec.dependencies.filter(({ kind }) => kind !== 'Deployment');
  return { ...promise, spec: { ...promise.spec, dependencies } };
}

async function envOf(name: string): Promise<string> {
  const path = 'jsonpath={.spec.env}';
  return (await kubectl(worker.kubeconfig, ['get', 'jenkins.jenkins.io', name, '-o', path])).stdout;
}
