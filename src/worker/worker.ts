import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Activities, ActivityDependencies } from '../../activities/activities.js';
import { createActivities } from '../../activities/activities.js';
import type { SweptArtifacts } from '../../activities/artifacts/artifactStore.js';
import { entityClient } from '../../activities/entityClient.js';
import { neededDigests } from '../../activities/neededDigests.js';
import { storeWriters } from '../../activities/stores/storeWriters.js';
import { sweptSince } from '../../activities/sweepSchedule.js';
import { stagesQueue } from '../domain/taskQueues.js';
import type { WorkerConfiguration } from './configuration.js';
import { homeLayout } from './configuration.js';
import { openArtifacts } from './openArtifacts.js';
import type { PlaceParts, StagePlace } from './stageRunnerFor.js';
import { stageRunnerFor } from './stageRunnerFor.js';
import { workflowSource } from './workflowBundle.js';

export interface WorkerParts {
  readonly configuration: WorkerConfiguration;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly stages: StagePlace;
  /** The workflow code; by default what the build made, or the sources. */
  readonly workflows?: ReturnType<typeof workflowSource>;
}

/**
 * Longer than most stages, so that a deployment seldom repeats one; a stage that is not done then is stopped and
 * repeated by another worker.
 */
const shutdownGraceTime = '30 seconds';
/** Grace, a container's own 30 seconds to stop, and a margin. */
const shutdownForceTime = '70 seconds';
/**
 * The SDK would keep beats back for eight tenths of a timeout: with ten seconds, one that is late would be a death. Ours
 * come every four seconds (activities/classified.ts).
 */
const maxHeartbeatThrottleInterval = '2 seconds';
/** Workflow and light activity slots: entities mostly wait, so memory sets the limit, not the cores. */
const cachedWorkflows = 500;

export interface FulfilWorker {
  /** Resolves when the worker has stopped. */
  run(): Promise<void>;
  /** Asks for work, and may be sent what pods put out. */
  isReady(): boolean;
  stop(): void;
}

/** Two workers in one process: one for workflows and light activities, one with few slots for containers. */
export async function createWorker(parts: WorkerParts): Promise<FulfilWorker> {
  const { configuration, client } = parts;
  const artifacts = await openArtifacts(configuration.artifacts);
  const place = await stageRunnerFor(configuration, artifacts, parts.stages, client);
  const activities = createActivities(dependenciesOf(parts, artifacts, place));
  const workers = await workersOf(parts, activities).catch(async (thrown: unknown) => {
    await place.close();
    throw thrown;
  });
  return {
    async run() {
      await Promise.all(workers.map((worker) => worker.run())).finally(() => place.close());
    },
    isReady: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** One for workflows and light activities, one with few slots for stages. */
async function workersOf(
  { configuration, connection, client, workflows = workflowSource() }: WorkerParts,
  { runStage, ...light }: Activities,
): Promise<readonly Worker[]> {
  const { taskQueue, identity, stageSlots } = configuration;
  const shared = {
    connection,
    namespace: client.options.namespace,
    identity,
    shutdownGraceTime,
    shutdownForceTime,
    maxHeartbeatThrottleInterval,
  } as const;
  return [
    await Worker.create({
      ...shared,
      ...workflows,
      taskQueue,
      activities: light,
      maxCachedWorkflows: cachedWorkflows,
    }),
    await Worker.create({
      ...shared,
      taskQueue: stagesQueue(taskQueue),
      activities: { runStage },
      maxConcurrentActivityTaskExecutions: stageSlots,
    }),
  ];
}

function dependenciesOf(
  { configuration, client }: WorkerParts,
  artifacts: SweptArtifacts,
  { runStage, pods, secrets, settings }: PlaceParts,
): ActivityDependencies {
  return {
    artifacts,
    runStage,
    pods,
    entities: entityClient(client, configuration.taskQueue),
    neededDigests: () => neededDigests(client, configuration.taskQueue),
    sweptSince: () => sweptSince(client),
    settings,
    recheckMillis: configuration.recheckMillis,
    writerFor: storeWriters({ secrets, cacheDirectory: homeLayout(configuration.home).repositories }),
  };
}
