import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ArtifactStore } from '../../../activities/artifacts/artifactStore.js';
import { putJson } from '../../../activities/artifacts/artifactStore.js';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import { getSnapshot } from '../../../activities/artifacts/snapshot.js';
import type { ArtifactReceiver } from '../../../activities/kubernetes/artifactReceiver.js';
import { defaultConfiguration } from '../../../src/documents/platformConfiguration.js';
import { awaitedPods } from '../../../activities/kubernetes/awaitedPods.js';
import { startArtifactReceiver } from '../../../activities/kubernetes/artifactReceiver.js';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { openCluster } from '../../../activities/kubernetes/cluster.js';
import type { JobSettings } from '../../../activities/kubernetes/jobSettings.js';
import { kubernetesStageRunner } from '../../../activities/kubernetes/kubernetesStageRunner.js';
import type { Job, KubernetesList, KubernetesObject, Pod } from '../../../activities/kubernetes/objects.js';
import { jobsPath, podsPath } from '../../../activities/kubernetes/paths.js';
import type { AwaitedPods, StageRunner } from '../../../activities/stages/stageRunner.js';
import type { StageTask } from '../../../src/domain/stageTask.js';
import { freePorts } from '../../../src/server/freePorts.js';
import { mustKubectl } from '../../cluster/kubectl.js';
import { eventually } from '../../platform/eventually.js';

export const BASE = 'localhost/fulfil-base:1';
const HELPER = 'localhost/fulfil-helper:1';
const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

export interface JobsCluster {
  readonly cluster: Cluster;
  readonly artifacts: ArtifactStore;
  readonly namespace: string;
  /** Of the API of requests. */
  readonly group: string;
  readonly kubeconfig: string;
  readonly runner: StageRunner;
  /**
   * Another worker: nothing is shared with the first but the cluster and the artifacts.
   * @param heldMillis how long a call stays with a pod that does not get on
   */
  newRunner(heldMillis?: number): Promise<StageRunner>;
  readonly awaited: AwaitedPods;
  receiver(): ArtifactReceiver;
  /** The receiver dies and comes back at its address. */
  restartReceiver(awayMillis: number): Promise<void>;
  settings(): JobSettings;
  /** A request of its own and the tasks of its one pipeline. */
  tasks(stages: readonly unknown[], more?: TaskOptions): Promise<StageTask[]>;
  /** Runs every stage as the workflow does. */
  play(tasks: readonly StageTask[], runner?: StageRunner): Promise<StageTask['volumes'] & { readonly logs: string[] }>;
  files(snapshot: string | undefined): Promise<Record<string, string>>;
  text(digest: string): Promise<string>;
  /** The name of the pod in which the stage runs, once it does. */
  runs(task: StageTask | undefined): Promise<string>;
  jobs(): Promise<readonly Job[]>;
  pods(): Promise<readonly Pod[]>;
  readonly kubectl: (...args: string[]) => Promise<string>;
  close(): Promise<void>;
}

export interface TaskOptions {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds?: number;
  readonly name?: string;
  readonly pipelineNamespace?: string;
  readonly action?: 'configure' | 'delete';
}

/** A shell script as a container of a Pipeline. */
export function stage(name: string, script: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  return { name, image: BASE, command: ['sh', '-c', script], ...more };
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** Fails where no cluster is: these tests are about a real one. */
export async function openJobsCluster(kubeconfig = process.env['KUBECONFIG']): Promise<JobsCluster> {
  if (kubeconfig === undefined || !existsSync(kubeconfig)) {
    throw new Error('no cluster: scripts/kubernetes/cluster.sh up DIR starts one; then KUBECONFIG=DIR/kubeconfig');
  }
  const cluster = await openCluster(kubeconfig);
  const kubectl = (...args: string[]) => mustKubectl(kubeconfig, args);
  await ensureImages(cluster, dirname(kubeconfig));
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-jobs-'));
  const artifacts = directoryArtifacts(join(folder, 'artifacts'));
  const id = randomBytes(3).toString('hex');
  const namespace = `jobs-${id}`;
  const group = `jobs-${id}.fulfil.test`;
  await makeApi(cluster, namespace, group);

  const options = { cluster, artifacts, scratch: join(folder, 'received'), host: '0.0.0.0', maxBytes: 2 ** 28 };
  // Not one that the system gives to others while the receiver is away.
  const port = await freePorts(1);
  let receiver = await startArtifactReceiver({ ...options, port });
  const address = await reachableAddress(kubectl);
  const settings = (): JobSettings => ({
    ...defaultConfiguration,
    helperImage: HELPER,
    receiverUrl: `http://${address}:${port}`,
  });
  const newRunner = async (heldMillis = 15_000) =>
    kubernetesStageRunner({
      artifacts,
      cluster: await openCluster(kubeconfig),
      settings,
      scratch: join(folder, 'scratch'),
      leavesJob: (reason) => reason instanceof Error && reason.message === 'WORKER_SHUTDOWN',
      heldMillis,
    });
  const runner = await newRunner();
  let count = 0;

  async function tasks(stages: readonly unknown[], more: TaskOptions = {}): Promise<StageTask[]> {
    count += 1;
    const { action = 'configure' } = more;
    const name = more.name ?? `box-${count}`;
    const document = { apiVersion: `${group}/v1`, kind: 'Parcel', metadata: { name, namespace }, spec: { size: 3 } };
    const path = `/apis/${group}/v1/namespaces/${namespace}/parcels`;
    const made = (await cluster.ask('POST', path, { body: document })) as KubernetesObject;
    const pipeline = {
      apiVersion: 'platform.kratix.io/v1alpha1',
      kind: 'Pipeline',
      metadata: { name: 'configure' },
      spec: { containers: stages, ...more.spec },
    };
    const promise = await putJson(artifacts, {
      apiVersion: 'platform.kratix.io/v1alpha1',
      kind: 'Promise',
      metadata: { name: 'parcels' },
      spec: {
        workflows: {
          ...(more.pipelineNamespace !== undefined && { config: { pipelineNamespace: more.pipelineNamespace } }),
          resource: { [action]: [pipeline] },
        },
      },
    });
    const object = {
      document: await putJson(artifacts, document),
      generation: 1,
      uid: made.metadata.uid ?? '',
      createdAt: made.metadata.creationTimestamp ?? '',
      status: { message: 'Pending' },
    };
    return (stages as { readonly name: string }[]).map((container) => ({
      run: `resource/parcels/${namespace}/${name}/run-1`,
      owner: {
        type: 'resource',
        promise: 'parcels',
        apiVersion: `${group}/v1`,
        kind: 'Parcel',
        plural: 'parcels',
        namespace,
        name,
      },
      promise,
      action,
      pipeline: 'configure',
      stage: container.name,
      timeoutSeconds: more.timeoutSeconds ?? 240,
      object,
      volumes: { own: {} },
    }));
  }

  async function play(all: readonly StageTask[], by = runner) {
    let volumes: StageTask['volumes'] = { own: {} };
    const logs: string[] = [];
    for (const task of all) {
      const result = await by({ ...task, volumes }, 1, never());
      volumes = result.volumes;
      logs.push((await artifacts.get(result.log)).toString('utf8'));
    }
    return { ...volumes, logs };
  }

  async function pods(): Promise<readonly Pod[]> {
    return ((await cluster.ask('GET', podsPath(namespace))) as KubernetesList<Pod>).items;
  }

  async function runs(task: StageTask | undefined): Promise<string> {
    const found = await eventually('the stage to run', async () =>
      (await pods()).find(
        ({ metadata, status }) =>
          metadata.labels?.['kratix.io/resource-name'] === task?.owner.name &&
          (status?.initContainerStatuses ?? []).some(({ name, state }) => name === task?.stage && state?.running),
      ),
    );
    return found.metadata.name;
  }

  return {
    cluster,
    group,
    artifacts,
    namespace,
    kubeconfig,
    runner,
    newRunner,
    awaited: awaitedPods(artifacts, cluster),
    settings,
    tasks,
    play,
    kubectl,
    receiver: () => receiver,
    async restartReceiver(awayMillis) {
      await receiver.close();
      await new Promise((resolve) => setTimeout(resolve, awayMillis));
      receiver = await startArtifactReceiver({ ...options, port });
    },
    async files(snapshot) {
      const entries = await getSnapshot(artifacts, snapshot ?? '');
      const texts = await Promise.all(
        entries.map(async ({ digest }) => (await artifacts.get(digest)).toString('utf8')),
      );
      return Object.fromEntries(entries.map(({ path }, index) => [path, texts[index] ?? '']));
    },
    async text(digest) {
      return (await artifacts.get(digest)).toString('utf8');
    },
    async jobs() {
      return ((await cluster.ask('GET', jobsPath(namespace))) as KubernetesList<Job>).items;
    },
    pods,
    runs,
    async close() {
      await receiver.close();
      await kubectl('delete', 'namespace', namespace, '--wait=false');
      await kubectl('delete', 'crd', `parcels.${group}`, '--wait=false');
      await kubectl(
        'delete',
        'clusterroles,clusterrolebindings',
        '-l',
        'kratix.io/promise-name=parcels',
        '--wait=false',
      );
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The images of the stages and the helper's, built and given to the node when it is one of ours. */
async function ensureImages(cluster: Cluster, folder: string): Promise<void> {
  const nodes = (await cluster.ask('GET', '/api/v1/nodes')) as KubernetesList<
    KubernetesObject & { readonly status: { readonly images?: readonly { readonly names?: readonly string[] }[] } }
  >;
  const there = new Set(nodes.items.flatMap(({ status }) => (status.images ?? []).flatMap(({ names }) => names ?? [])));
  const missing = [BASE, HELPER].filter((image) => !there.has(image));
  if (missing.length === 0) return;
  if (!existsSync(join(folder, 'containerd.sock'))) {
    throw new Error(`the nodes lack ${missing.join(' and ')}: \`fulfil setup\` and deploy/helper/build.sh build them`);
  }
  if (missing.includes(HELPER)) await run(join(root, 'deploy/helper/build.sh'), [HELPER]);
  await run(join(root, 'scripts/kubernetes/cluster.sh'), ['load', folder, ...missing]);
}

async function makeApi(cluster: Cluster, namespace: string, group: string): Promise<void> {
  await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `parcels.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'parcels', singular: 'parcel', kind: 'Parcel' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  await cluster.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body });
  for (let tries = 0; tries < 100; tries += 1) {
    const served = await cluster.ask('GET', `/apis/${group}/v1/namespaces/${namespace}/parcels`).catch(() => undefined);
    if (served !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the API ${group} is not served after 10 s`);
}

/** An address of this machine that pods reach: the one that serves the API, where it is ours. */
async function reachableAddress(kubectl: (...args: string[]) => Promise<string>): Promise<string> {
  const given = process.env['FULFIL_TEST_ADDRESS'];
  if (given !== undefined) return given;
  const server = await kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}');
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const { hostname } = new URL(server);
  if (!hostname.startsWith('127.') && all.some(({ address }) => address === hostname)) return hostname;
  const outer = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (outer === undefined) throw new Error('no address of this machine that pods reach: set FULFIL_TEST_ADDRESS');
  return outer.address;
}
