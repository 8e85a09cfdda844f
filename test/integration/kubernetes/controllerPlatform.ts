import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NativeConnection } from '@temporalio/worker';
import { directoryArtifacts } from '../../../activities/artifacts/directoryArtifacts.js';
import { openCluster } from '../../../activities/kubernetes/cluster.js';
import { followConfiguration } from '../../../src/kubernetes/followedConfiguration.js';
import { runController } from '../../../src/kubernetes/runController.js';
import { defaultConfiguration } from '../../../src/documents/platformConfiguration.js';
import { BASE_IMAGE } from '../../../src/setup/baseImage.js';
import type { StagePlace } from '../../../src/worker/stageRunnerFor.js';
import { freePorts } from '../../../src/server/freePorts.js';
import { homeLayout } from '../../../src/worker/configuration.js';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startApiServer, startOwnCluster } from '../../cluster/cluster.js';
import { kubectl, mustKubectl } from '../../cluster/kubectl.js';
import { eventually, holds } from '../../platform/eventually.js';
import type { Platform } from '../../platform/platform.js';
import { openPlatform } from '../../platform/platform.js';

/** An API server, Temporal, a worker with a container engine, and controllers that a test starts and stops. */
export interface ControllerPlatform {
  readonly cluster: OwnCluster;
  readonly platform: Platform;
  kubectl(...args: string[]): Promise<string>;
  apply(...objects: object[]): Promise<void>;
  /** The object as it is; undefined when there is none. */
  object(...args: string[]): Promise<Shown | undefined>;
  /** Waits until an object is as the test wants it. */
  until(args: readonly string[], what: string, isSo: (object: Shown) => boolean): Promise<Shown>;
  untilGone(...args: string[]): Promise<void>;
  /** Every call that the API server has answered, for whomever. */
  calls(): Promise<readonly Call[]>;
  /** Writes of anybody but the cluster's own programs, from now on; their verbs and paths. */
  writesDuring(millis: number): Promise<string[]>;
  close(): Promise<void>;
}

export interface Call {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
}

export interface Shown {
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly ShownCondition[] };
}

export interface ShownCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function condition(object: Shown | undefined, type: string): ShownCondition | undefined {
  return object?.status?.conditions?.find((each) => each.type === type);
}

const patience = 120_000;

/**
 * @param worker one for `jobs`, which no node runs here, reads the cluster's Secrets; for `node` the cluster has a node
 * that runs them; `none` starts none
 */
export async function openControllerPlatform(
  worker: 'engine' | 'jobs' | 'node' | 'none' = 'engine',
  environment: Readonly<Record<string, string>> = {},
): Promise<ControllerPlatform> {
  const cluster = worker === 'node' ? await startNode() : await startApiServer({ audit: true });
  const { kubeconfig } = cluster;
  const run = (...args: string[]) => mustKubectl(kubeconfig, args);
  await run('apply', '-f', 'deploy/crds', '-f', 'deploy/namespace.yaml', '-f', 'deploy/admission');
  await run('wait', '--for=condition=Established', '--all', 'crds', '--timeout=120s');
  const platform = await openPlatform({
    environment,
    ...(worker === 'jobs' || worker === 'node' ? { stages: await jobsPlace(cluster) } : {}),
    ...(worker === 'none' ? { worker } : {}),
  });

  async function object(...args: string[]): Promise<Shown | undefined> {
    const { ok, stdout, stderr } = await kubectl(kubeconfig, ['get', ...args, '-o', 'json']);
    if (ok) return JSON.parse(stdout) as Shown;
    if (/NotFound|doesn't have a resource type/.test(stderr)) return undefined;
    throw new Error(stderr);
  }

  async function calls(): Promise<readonly Call[]> {
    const lines = (await readFile(join(cluster.directory, 'audit.log'), 'utf8')).split('\n');
    // The last line may be half written.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as Call);
  }

  const world: ControllerPlatform = {
    cluster,
    platform,
    kubectl: run,
    async apply(...objects) {
      for (const each of objects) await mustKubectl(kubeconfig, ['apply', '-f', '-'], each);
    },
    object,
    calls,
    async until(args, what, isSo) {
      let last: Shown | undefined;
      const look = async () => {
        last = await object(...args);
        return last !== undefined && isSo(last) ? last : undefined;
      };
      return eventually(`${args.join(' ')}: ${what}`, look, patience).catch((thrown: unknown) => {
        throw new Error(`${String(thrown)}; it is ${JSON.stringify(last?.status ?? last)}`);
      });
    },
    async untilGone(...args) {
      const look = async () => ((await object(...args)) === undefined ? true : undefined);
      await eventually(`${args.join(' ')}: gone`, look, patience);
    },
    async writesDuring(millis) {
      const before = (await calls()).length;
      await new Promise((resolve) => setTimeout(resolve, millis));
      return (await calls()).slice(before).flatMap(writeOf);
    },
    async close() {
      await this.platform.close();
      await cluster.stop();
    },
  };
  return world;
}

const helper = 'localhost/fulfil-helper:1';

/** A cluster of the test's own whose node has the images of stages and helpers. */
async function startNode(): Promise<OwnCluster> {
  const cluster = await startOwnCluster({ audit: true });
  await promisify(execFile)('deploy/helper/build.sh', [helper]);
  await cluster.loadImages(BASE_IMAGE, helper);
  return cluster;
}

/** The worker reads where its receiver is from the environment. */
async function jobsPlace({ kubeconfig, address }: OwnCluster): Promise<StagePlace> {
  const port = String(await freePorts(1));
  const receiver = { FULFIL_RECEIVER_URL: `http://${address}:${port}`, FULFIL_RECEIVER_PORT: port };
  Object.assign(process.env, { ...receiver, FULFIL_HELPER_IMAGE: helper });
  const platform = { current: () => defaultConfiguration, synced: Promise.resolve() };
  return { kind: 'kubernetes', cluster: await openCluster(kubeconfig), platform };
}

/** Leases are how leaders are told from others, and are meant to be written. */
function writeOf({ verb, requestURI, user }: Call): string[] {
  if (['get', 'list', 'watch'].includes(verb) || user.username.startsWith('system:')) return [];
  return requestURI.includes('/leases') ? [] : [`${verb} ${requestURI}`];
}

export interface RunningController {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** Resolves when it does nothing any more, but for what is periodic. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Whoever wakes each other does so every few milliseconds. */
const quietMillis = 2_000;

export interface ControllerOptions {
  /** Another way to the API server. */
  readonly kubeconfig?: string;
  readonly resyncMillis?: number;
}

/** What `fulfil controller` runs, in this process; it is there when it leads. */
export async function startController(
  { cluster, platform }: ControllerPlatform,
  { kubeconfig = cluster.kubeconfig, resyncMillis = 600_000 }: ControllerOptions = {},
): Promise<RunningController> {
  const stop = new AbortController();
  const connection = await NativeConnection.connect({ address: platform.address });
  const identity = `test-${Math.random().toString(36).slice(2)}`;
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    if (process.env['FULFIL_TEST_LINES'] !== undefined) process.stderr.write(`${line}\n`);
  };
  const client = await openCluster(kubeconfig);
  const namespace = 'kratix-platform-system';
  const running = runController(
    {
      configuration: {
        namespace,
        leaseName: 'controller.fulfil.io',
        identity,
        resyncMillis,
      },
      cluster: client,
      platform: followConfiguration({ cluster: client, namespace, say }, stop.signal),
      client: platform.client,
      connection,
      artifacts: directoryArtifacts(homeLayout(platform.home).artifacts),
      taskQueue: platform.taskQueue,
      say,
    },
    stop.signal,
  );
  await eventually('the controller leads', () => lines.find((line) => line.startsWith('controller leads')), patience);
  const looks = () => lines.filter((line) => line.includes(': looked at in ')).length;
  return {
    lines,
    async quiet() {
      await holds('nothing is looked at any more', async () => {
        const before = looks();
        await new Promise((resolve) => setTimeout(resolve, quietMillis));
        return looks() === before;
      });
    },
    async stop() {
      stop.abort();
      await running;
      await connection.close();
    },
  };
}
