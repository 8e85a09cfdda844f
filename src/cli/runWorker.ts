import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { RuntimeOptions } from '@temporalio/worker';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { containerEngine } from '../../activities/containers/engine.js';
import { BASE_IMAGE } from '../setup/baseImage.js';
import { ensureEngine } from '../setup/ensureEngine.js';
import { homeLayout, workerConfiguration } from '../worker/configuration.js';
import { registerSearchAttributes } from '../../activities/searchAttributes.js';
import { reason } from '../domain/failure.js';
import { keepSweepSchedule } from '../worker/keepSweepSchedule.js';
import { kubernetesConfiguration } from '../worker/kubernetesConfiguration.js';
import type { StagePlace } from '../worker/stageRunnerFor.js';
import type { FulfilWorker } from '../worker/worker.js';
import { createWorker } from '../worker/worker.js';
import { aborted } from '../kubernetes/aborted.js';
import { remark } from './print.js';
import { reachTemporal } from './reachTemporal.js';

/**
 * Logs as single lines on standard error; Temporal's own core speaks only of what is wrong.
 * @param metricsPort where `/metrics` is served, for Prometheus
 */
export function installRuntime(metricsPort: number | undefined): void {
  const metrics = metricsPort === undefined ? undefined : { prometheus: { bindAddress: `0.0.0.0:${metricsPort}` } };
  const options: RuntimeOptions = {
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // The worker for stages has activities only, and is meant to.
      if (message.startsWith('No workflows registered')) return;
      const where = typeof meta?.['workflowId'] === 'string' ? ` [${meta['workflowId']}]` : '';
      const error = meta?.['error'] instanceof Error ? `: ${meta['error'].message}` : '';
      remark(`${level} ${message}${error}${where}`);
    }),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      metrics,
    },
    // Fulfil stops its workers itself, so that the development server outlives them.
    shutdownSignals: [],
  };
  try {
    Runtime.install(options);
  } catch (thrown) {
    if (metricsPort === undefined) throw thrown;
    throw new Error(`FULFIL_METRICS_PORT: ${metricsPort}: ${reason(thrown)}`, { cause: thrown });
  }
}

export interface StartedWorker extends FulfilWorker {
  close(): Promise<void>;
}

/**
 * A worker connected as the environment says, with a container engine that has proved to work. Undefined when the signal
 * aborted before Temporal answered.
 */
export async function startWorker(
  { connectionOptions, namespace = 'default' }: ClientConnectConfig,
  stop: AbortSignal,
): Promise<StartedWorker | undefined> {
  const configuration = workerConfiguration(process.env);
  const over = new AbortController();
  const stages = configuration.stages === 'kubernetes' ? await jobsOfCluster(over.signal) : await containersHere();
  await sweepScratch(homeLayout(configuration.home).scratch);
  const connection = await reachTemporal(connectionOptions, stop);
  if (connection === undefined) {
    over.abort();
    return undefined;
  }
  const closing: (() => Promise<unknown>)[] = [() => connection.close()];
  const close = async () => {
    over.abort();
    for (const step of closing.toReversed()) await step();
  };
  try {
    const client = new Client({ connection, namespace });
    await registerSearchAttributes(connection, namespace);
    const sweeping = keepSweepSchedule(client, configuration.taskQueue, notSwept, over.signal);
    closing.push(() => sweeping);
    // Not before: a runtime that never had a connection would keep the process alive.
    installRuntime(configuration.metricsPort);
    const native = await NativeConnection.connect(connectionOptions);
    closing.push(() => native.close());
    return { ...(await createWorker({ configuration, connection: native, client, stages })), close };
  } catch (thrown) {
    // What is left open would keep a process alive that does nothing.
    await close();
    throw thrown;
  }
}

/** Everything else works without; a disk fills slowly. */
function notSwept(thrown: unknown): void {
  remark(`artifacts that nobody needs are not removed, because there is no schedule for it: ${reason(thrown)}`);
}

/** An engine that has proved to work, without what workers that died left in it. */
async function containersHere(): Promise<StagePlace> {
  const choice = await ensureEngine(remark);
  const engine = containerEngine({ ...choice, baseImage: BASE_IMAGE });
  const swept = await engine.sweep(isAlive);
  if (swept.length > 0) remark(`removed ${swept.length} container(s) of workers that have died`);
  return { kind: 'engine', engine };
}

/** The client library takes a second to load, so only who needs it does. */
async function jobsOfCluster(signal: AbortSignal): Promise<StagePlace> {
  const { openCluster } = await import('../../activities/kubernetes/cluster.js');
  const { followConfiguration } = await import('../kubernetes/followedConfiguration.js');
  const { leveledLog } = await import('../kubernetes/leveledLog.js');
  const { namespace } = kubernetesConfiguration(process.env);
  const cluster = await openCluster();
  const say = leveledLog(remark, () => platform.current());
  const platform = followConfiguration({ cluster, namespace, say }, signal);
  return { kind: 'kubernetes', cluster, platform };
}

/**
 * Removes the volumes of stages whose worker has died; each worker has a directory named by its process. One of our own
 * number is another's: in a container every process has the same.
 */
async function sweepScratch(scratch: string): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    if (name === String(process.pid) || !isAlive(name)) await rm(join(scratch, name), { recursive: true, force: true });
  }
}

/** Whether the worker that owns a container still runs on this machine: its identity is `host:pid`. */
function isAlive(worker: string): boolean {
  const pid = Number(worker.slice(worker.lastIndexOf(':') + 1));
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a worker until somebody asks it to stop.
 * @param begun called when it asks for work
 */
export async function runUntilStopped(
  worker: StartedWorker,
  stop: AbortSignal,
  begun: () => void,
  alsoStop: Promise<unknown> = new Promise(() => {}),
): Promise<void> {
  const running = worker.run();
  begun();
  await Promise.race([running, aborted(stop), alsoStop]);
  remark('stopping: stages that run have 30 s to finish; press Ctrl-C again to end at once');
  worker.stop();
  await running;
  await worker.close();
}
