import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { openCluster } from '../../activities/kubernetes/cluster.js';
import { accountKubeconfig } from '../../src/server/accountKubeconfig.js';
import { freePort } from '../../src/server/freePort.js';
import { startOwnCluster } from '../../src/server/ownCluster.js';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';
import { mustKubectl } from '../cluster/kubectl.js';
import { minioServer } from '../servers/bucketServer.js';
import type { AuditLog } from './auditLog.js';
import { auditLog } from './auditLog.js';
import type { ProductProcess } from './productProcess.js';
import { startProduct } from './productProcess.js';

/** A cluster of one node, a bucket, and the build's worker and controller beside it: all real, in one machine. */
export interface BenchPlatform {
  readonly cluster: Cluster;
  readonly audit: AuditLog;
  readonly controller: ProductProcess;
  readonly worker: ProductProcess;
  kubectl(args: readonly string[], input?: unknown): Promise<string>;
  /** Keys of the bucket. */
  documents(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const namespace = 'kratix-platform-system';
export const accounts = { controller: 'fulfil-controller', worker: 'fulfil-worker' } as const;
const helper = 'localhost/fulfil-helper:1';
const bucketName = 'bench';

export async function openBenchPlatform(): Promise<BenchPlatform> {
  const closing: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;
  // once, whoever asks: what fails because it is interrupted must not end the process before everything is stopped
  const close = () => (closed ??= closeAll(closing));
  try {
    // whoever interrupts it should find no cluster afterwards
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void close().then(() => process.exit(1)));
    const home = await mkdtemp(join(tmpdir(), 'fulfil-bench-'));
    closing.push(() => rm(home, { recursive: true, force: true }));
    const own = await startOwnCluster({ audit: true });
    closing.push(() => own.stop());
    await promisify(execFile)('deploy/helper/build.sh', [helper]);
    await own.loadImages(BASE_IMAGE, helper);
    const kubectl = (args: readonly string[], input?: unknown) => mustKubectl(own.kubeconfig, args, input);
    await install(kubectl);
    const bucket = await minioServer();
    closing.push(() => bucket.close());
    await bucket.client.makeBucket(bucketName);

    const [port, ui, receiver] = [await freePort(7233), await freePort(8233), await freePort(8080)];
    const environment = {
      FULFIL_HOME: home,
      FULFIL_STAGES: 'kubernetes',
      FULFIL_HELPER_IMAGE: helper,
      FULFIL_RECEIVER_HOST: own.address,
      FULFIL_RECEIVER_PORT: String(receiver),
      FULFIL_RECEIVER_URL: `http://${own.address}:${receiver}`,
      FULFIL_PROBE_PORT: '0',
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    };
    const as = async (account: string) => ({
      ...environment,
      KUBECONFIG: await accountKubeconfig(own.kubeconfig, namespace, account),
    });
    const dev = ['dev', '--port', String(port), '--ui-port', String(ui)];
    const worker = await startProduct(dev, 'worker     ready', await as(accounts.worker));
    closing.push(() => worker.stop());
    const controller = await startProduct(['controller'], 'controller leads', await as(accounts.controller));
    closing.push(() => controller.stop());
    const { accessKey, secretKey, endpoint } = bucket;
    await registerStore(kubectl, { endpoint, accessKeyID: accessKey, secretAccessKey: secretKey });
    return {
      cluster: await openCluster(own.kubeconfig),
      audit: auditLog(own.directory),
      controller,
      worker,
      kubectl,
      async documents() {
        const keys: string[] = [];
        const listed = bucket.client.listObjectsV2(bucketName, '', true) as AsyncIterable<{ readonly name?: string }>;
        for await (const { name = '' } of listed) keys.push(name);
        return keys;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(closing: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of closing.toReversed()) await step();
}

type Kubectl = BenchPlatform['kubectl'];

async function install(kubectl: Kubectl): Promise<void> {
  const parts = ['namespace.yaml', 'crds', 'admission', 'rbac', 'configuration.yaml'];
  await kubectl(['apply', ...parts.flatMap((part) => ['-f', `deploy/${part}`])]);
  await kubectl(['wait', '--for=condition=Established', '--all', 'crds', '--timeout=30s']);
  // What is measured is the number of calls, not the permissions, which tests have.
  for (const account of Object.values(accounts)) {
    const who = `--serviceaccount=${namespace}:${account}`;
    await kubectl(['create', 'clusterrolebinding', `bench-${account}`, '--clusterrole=cluster-admin', who]);
  }
}

interface StoreAccess {
  readonly endpoint: string;
  readonly accessKeyID: string;
  readonly secretAccessKey: string;
}

async function registerStore(kubectl: Kubectl, { endpoint, ...stringData }: StoreAccess): Promise<void> {
  const apiVersion = 'platform.kratix.io/v1alpha1';
  const kind = 'BucketStateStore';
  const secretRef = { namespace: 'default', name: 'bucket' };
  await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'Secret', metadata: secretRef, stringData });
  const spec = { endpoint, insecure: true, bucketName, secretRef };
  await kubectl(['apply', '-f', '-'], { apiVersion, kind, metadata: { name: 'bench' }, spec });
  const destination = { path: 'worker', stateStoreRef: { kind, name: 'bench' } };
  const metadata = { name: 'worker' };
  await kubectl(['apply', '-f', '-'], { apiVersion, kind: 'Destination', metadata, spec: destination });
  await kubectl(['wait', '--for=condition=Ready', 'destination/worker', '--timeout=60s']);
}
