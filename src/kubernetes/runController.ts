import { setMaxListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { aborted } from './aborted.js';
import type { Controller } from './controller.js';
import { createController } from './controller.js';
import type { ControllerConfiguration } from './controllerConfiguration.js';
import type { FollowedConfiguration } from './followedConfiguration.js';
import type { Leadership } from './lease.js';
import { acquireLease } from './lease.js';
import type { Say } from './leveledLog.js';
import { obeyConfiguration } from './obeyedConfiguration.js';
import { projectionActivities } from './projectionActivities.js';
import { watchTemporal } from './temporalPulse.js';
import { reason } from '../domain/failure.js';
import { pause } from '../../activities/kubernetes/pause.js';

export interface ControllerProcess {
  readonly configuration: ControllerConfiguration;
  readonly cluster: Cluster;
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly artifacts: ArtifactStore;
  readonly taskQueue: string;
  /** The ConfigMap `kratix`. */
  readonly platform: FollowedConfiguration;
  readonly say: Say;
}

/** Projections that are under way when the lease is lost are another controller's to repeat. */
const shutdownGraceTime = '2 seconds';
/** A pass asks Temporal, which may be away: its calls have ended by then (entityClient). */
const closeMillis = 12_000;
/** A term that could not begin, because the cluster or Temporal was away, is tried again after this long. */
const retryMillis = 2_000;

/** Stands by, leads, stands by again, until the signal aborts. */
export async function runController(parts: ControllerProcess, signal: AbortSignal): Promise<void> {
  const { configuration, cluster, platform, say } = parts;
  const { namespace, leaseName: name, identity } = configuration;
  const troubled = (error: unknown) => say(`lease ${namespace}/${name}: ${reason(error)}`, 'warning');
  const times = () => platform.current().leaderElection;
  await Promise.race([platform.synced, aborted(signal)]);
  while (!signal.aborted) {
    const leadership = await acquireLease({ cluster, namespace, name, identity, times, troubled }, signal);
    if (leadership === undefined) return;
    try {
      await lead(parts, leadership, signal);
    } catch (thrown) {
      say(`${reason(thrown)}; tried again`, 'warning');
      await pause(retryMillis, signal);
    } finally {
      await leadership.release();
    }
  }
}

async function lead(parts: ControllerProcess, leadership: Leadership, stopping: AbortSignal): Promise<void> {
  const { configuration, client, say } = parts;
  const over = new AbortController();
  const signal = AbortSignal.any([stopping, leadership.lost, over.signal]);
  // Every informer listens to it.
  setMaxListeners(0, signal);
  const { identity } = configuration;
  const controller = await createController({ ...parts, identity }, signal);
  try {
    await Promise.race([controller.synced, aborted(signal)]);
    if (signal.aborted) return;
    const worker = await projectionWorker(parts, controller);
    const obeyed = obeyConfiguration({ ...parts, identity }, signal);
    const again = () => {
      controller.resync();
      obeyed.again();
    };
    const resync = setInterval(again, configuration.resyncMillis);
    const watching = watchTemporal(client, signal, () => {
      say('Temporal is back or another one: every object is looked at again');
      again();
    });
    say(`controller leads, projections on task queue ${controller.queue}`);
    try {
      await runUntil(worker, signal);
    } finally {
      clearInterval(resync);
      over.abort();
      await watching;
    }
  } finally {
    over.abort();
    // What is under way may still ask Temporal, over connections that are closed next.
    const enough = new AbortController();
    await Promise.race([controller.close(), pause(closeMillis, enough.signal)]);
    enough.abort();
  }
}

/** Run in any case, for one that never ran would hold its connection; the signal may have aborted while it was made. */
async function runUntil(worker: Worker, signal: AbortSignal): Promise<void> {
  const running = worker.run();
  const shutDown = () => worker.getState() === 'RUNNING' && worker.shutdown();
  signal.addEventListener('abort', shutDown, { once: true });
  if (signal.aborted) shutDown();
  await running;
}

function projectionWorker({ connection, client, configuration, say }: ControllerProcess, controller: Controller) {
  return Worker.create({
    connection,
    namespace: client.options.namespace,
    identity: configuration.identity,
    taskQueue: controller.queue,
    activities: { ...projectionActivities(controller, (message) => say(`not shown: ${message}`, 'warning')) },
    shutdownGraceTime,
    shutdownForceTime: '10 seconds',
  });
}
