import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startApiServer } from '../../cluster/cluster.js';
import type { Flux } from '../../cluster/flux.js';
import { startFlux } from '../../cluster/flux.js';
import { kubectl, mustKubectl } from '../../cluster/kubectl.js';
import type { BucketServer } from '../../servers/bucketServer.js';
import { minioServer } from '../../servers/bucketServer.js';

let cluster: OwnCluster;
let bucket: BucketServer;
let flux: Flux;

beforeAll(async () => {
  [cluster, bucket] = await Promise.all([startApiServer(), minioServer()]);
  flux = await startFlux(cluster.kubeconfig);
});
afterAll(async () => {
  await flux?.stop();
  await Promise.all([bucket?.close(), cluster?.stop()]);
});

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: jenkins.jenkins.io }
spec:
  group: jenkins.io
  names: { kind: Jenkins, plural: jenkins, singular: jenkins }
  scope: Namespaced
  versions:
    - name: v1alpha2
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
const resource = `apiVersion: jenkins.io/v1alpha2
kind: Jenkins
metadata: { name: example, namespace: default }
spec: { env: dev }
`;

async function eventually(check: () => Promise<void>): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

test('the example for a bucket converges, dependencies first, and empties a cluster again', async () => {
  const { kubeconfig } = cluster;
  const { client } = bucket;
  await client.makeBucket('kratix');
  const root = 'worker-cluster';
  const files = {
    dependencies: `${root}/dependencies/jenkins/5058f/static/jenkins-dependencies.yaml`,
    resources: `${root}/resources/default/jenkins/example/instance-configure/5058f/jenkins.yaml`,
  };
  // what Fulfil writes to a new Destination, so that neither path is ever missing
  const canary = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
  await client.putObject('kratix', `${root}/dependencies/kratix-canary-namespace.yaml`, canary('kratix-worker-system'));
  await client.putObject('kratix', `${root}/resources/kratix-canary-configmap.yaml`, canary('canary'));
  await client.putObject('kratix', files.resources, resource);
  await client.putObject('kratix', files.dependencies, definition);

  const login = [`--from-literal=accesskey=${bucket.accessKey}`, `--from-literal=secretkey=${bucket.secretKey}`];
  const secret = ['--namespace', 'flux-system', 'create', 'secret', 'generic', 'kratix-bucket', ...login];
  await mustKubectl(kubeconfig, secret);
  const example = (await readFile('deploy/flux/bucket.yaml', 'utf8'))
    .replace('minio.example.com:9000', bucket.endpoint)
    .replace('insecure: false', 'insecure: true');
  await writeFile(`${cluster.directory}/flux.yaml`, example);
  await mustKubectl(kubeconfig, ['apply', '-f', `${cluster.directory}/flux.yaml`]);

  await eventually(async () => {
    expect(await mustKubectl(kubeconfig, ['get', 'jenkins', 'example', '-o', 'jsonpath={.spec.env}'])).toBe('dev');
  });

  await client.removeObject('kratix', files.resources);
  await eventually(async () => {
    expect(await mustKubectl(kubeconfig, ['get', 'jenkins', '-o', 'name'])).toBe('');
  });
  await client.removeObject('kratix', files.dependencies);
  await eventually(async () => {
    expect((await kubectl(kubeconfig, ['get', 'crd', 'jenkins.jenkins.io'])).ok).toBe(false);
  });
}, 200_000);

test('the example for git is one that Flux understands', async () => {
  await mustKubectl(cluster.kubeconfig, [
    'apply',
    '--dry-run=server',
    '--validate=strict',
    '-f',
    'deploy/flux/git.yaml',
  ]);
});
