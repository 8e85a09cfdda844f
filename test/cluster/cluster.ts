import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/setup/program.js';
import { freeNetwork } from './freeNetwork.js';
import { freePorts } from './freePorts.js';
import { kindCluster } from './kindCluster.js';
import { clusterPrefix, leftOver, markOwned } from './leftOver.js';
import { requirePrograms } from './programs.js';

export interface TestCluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export type Program =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'containerd' | 'kubelet';

/** A cluster of our own: one can look into its folder, take programs away and give images. */
export interface OwnCluster extends TestCluster {
  readonly directory: string;
  /** `http://127.0.0.1:PORT`, without a password. */
  readonly etcd: string;
  stopPrograms(...programs: readonly Program[]): Promise<void>;
  /** Starts what is down. */
  startPrograms(): Promise<void>;
  loadImages(...images: readonly string[]): Promise<void>;
}

const script = fileURLToPath(new URL('../../scripts/kubernetes/cluster.sh', import.meta.url));
/** Ten seconds with nothing else to do; packages may have to be installed first. */
const startMilliseconds = 10 * 60_000;
/** Every program may take ten seconds to be stopped. */
const stopMilliseconds = 2 * 60_000;
/** API server, etcd's two, controllers, scheduler, kubelet's two, and one to spare. */
const portsOfCluster = 8;

/**
 * A cluster whose node runs pods: the given one (KUBECONFIG and FULFIL_TEST_CLUSTER=yes), kind where docker and kind
 * are there, else one of our own, which needs root.
 */
export async function startCluster(): Promise<TestCluster> {
  return givenCluster() ?? (await kindCluster()) ?? (await startOwnCluster());
}

export function givenCluster(): TestCluster | undefined {
  const { KUBECONFIG, FULFIL_TEST_CLUSTER } = process.env;
  if (FULFIL_TEST_CLUSTER !== 'yes') return undefined;
  if (KUBECONFIG === undefined || KUBECONFIG === '') throw new Error('FULFIL_TEST_CLUSTER=yes needs KUBECONFIG');
  return { kubeconfig: KUBECONFIG, stop: () => Promise.resolve() };
}

/** Always one of our own, for tests that take parts of it away. */
export async function startOwnCluster(options: { readonly audit?: boolean } = {}): Promise<OwnCluster> {
  requirePrograms('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'pause');
  return start({ NODE: '1', NETWORK: String(freeNetwork()), AUDIT: options.audit === true ? 'yes' : 'no' });
}

/** API server and controllers, on loopback and without root: objects are kept, no pod ever runs. */
export async function startApiServer(options: { readonly audit?: boolean } = {}): Promise<OwnCluster> {
  requirePrograms('etcd', 'kube-apiserver', 'kube-controller-manager');
  return start({ NODE: '0', AUDIT: options.audit === true ? 'yes' : 'no' });
}

async function start(settings: Readonly<Record<string, string>>): Promise<OwnCluster> {
  for (const abandoned of await leftOver()) await remove(abandoned);
  const directory = await mkdtemp(clusterPrefix);
  await markOwned(directory);
  const port = await freePorts(portsOfCluster);
  const env = { ...process.env, ...settings, PORT: String(port) };

  async function call(command: string, args: readonly string[], timeoutMs: number): Promise<void> {
    const ended = await runProgram(script, [command, directory, ...args], { timeoutMs, env });
    if (!ended.ok) throw new Error(`cluster.sh ${command} ${directory}: ${ended.complaint}`);
  }

  const cluster: OwnCluster = {
    directory,
    kubeconfig: join(directory, 'kubeconfig'),
    etcd: `http://127.0.0.1:${port + 1}`,
    stopPrograms: (...programs) => call('stop', programs, stopMilliseconds),
    startPrograms: () => call('up', [], startMilliseconds),
    loadImages: (...images) => call('load', images, startMilliseconds),
    stop: () => remove(directory),
  };
  try {
    await cluster.startPrograms();
  } catch (error) {
    // its logs stay: they say why
    await call('down', [], stopMilliseconds);
    throw error;
  }
  return cluster;
}

async function remove(directory: string): Promise<void> {
  await runProgram(script, ['down', directory], { timeoutMs: stopMilliseconds });
  await rm(directory, { recursive: true, force: true });
}
