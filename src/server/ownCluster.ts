import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../setup/program.js';
import { claimNetwork } from './claimNetwork.js';
import { freePorts } from './freePorts.js';
import { clusterPrefix, leftOver, markOwned } from './leftOver.js';
import { requirePrograms } from './programs.js';

export type ClusterProgram =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'containerd' | 'kubelet';

/** A Kubernetes on this machine: one can look into its folder, take programs away and give images. */
export interface OwnCluster {
  readonly kubeconfig: string;
  readonly directory: string;
  /** Of this machine, where pods reach it. */
  readonly address: string;
  /** `http://127.0.0.1:PORT`, without a password. */
  readonly etcd: string;
  stopPrograms(...programs: readonly ClusterProgram[]): Promise<void>;
  /** Starts what is down. */
  startPrograms(): Promise<void>;
  loadImages(...images: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export interface OwnClusterOptions {
  /** Every call of the API in audit.log. */
  readonly audit?: boolean;
}

const script = 'scripts/kubernetes/cluster.sh';
/** Ten seconds with nothing else to do; packages may have to be installed first. */
const startMilliseconds = 10 * 60_000;
/** Every program may take ten seconds to be stopped. */
const stopMilliseconds = 2 * 60_000;
/** API server, etcd's two, controllers, scheduler, kubelet's two, and one to spare. */
const portsOfCluster = 8;

/** A cluster whose one node runs pods; it needs root. */
export async function startOwnCluster(options: OwnClusterOptions = {}): Promise<OwnCluster> {
  requirePrograms('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'pause');
  const network = await claimNetwork();
  return start(`10.${network}.0.1`, { NODE: '1', NETWORK: String(network) }, options);
}

/** API server and controllers, on loopback and without root: objects are kept, no pod ever runs. */
export async function startApiServer(options: OwnClusterOptions = {}): Promise<OwnCluster> {
  requirePrograms('etcd', 'kube-apiserver', 'kube-controller-manager');
  return start('127.0.0.1', { NODE: '0' }, options);
}

async function start(
  address: string,
  settings: Readonly<Record<string, string>>,
  { audit = false }: OwnClusterOptions,
): Promise<OwnCluster> {
  for (const abandoned of await leftOver()) await remove(abandoned);
  const directory = await mkdtemp(clusterPrefix);
  await markOwned(directory);
  const port = await freePorts(portsOfCluster);
  const env = { ...process.env, ...settings, PORT: String(port), AUDIT: audit ? 'yes' : 'no' };

  async function call(command: string, args: readonly string[], timeoutMs: number): Promise<void> {
    const ended = await runProgram(script, [command, directory, ...args], { timeoutMs, env });
    if (!ended.ok) throw new Error(`cluster.sh ${command} ${directory}: ${ended.complaint}`);
  }

  const cluster: OwnCluster = {
    directory,
    address,
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
