import { join } from 'node:path';
import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import type { ContainerEngine } from '../../activities/containers/container.js';
import { clusterSecrets } from '../../activities/secrets/clusterSecrets.js';
import { fileSecrets } from '../../activities/secrets/fileSecrets.js';
import type { SecretSource } from '../../activities/secrets/secretSource.js';
import type { AwaitedPods, StageRunner } from '../../activities/stages/stageRunner.js';
import { engineStageRunner, noAwaitedPods } from '../../activities/stages/stageRunner.js';
import type { Settings } from '../domain/settings.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { FollowedConfiguration } from '../kubernetes/followedConfiguration.js';
import type { WorkerConfiguration } from './configuration.js';
import { homeLayout } from './configuration.js';
import { kubernetesConfiguration } from './kubernetesConfiguration.js';

/** Where stages run: containers on this machine, or Jobs of a cluster. */
export type StagePlace = { readonly kind: 'engine'; readonly engine: ContainerEngine } | KubernetesPlace;

interface KubernetesPlace {
  readonly kind: 'kubernetes';
  readonly cluster: Cluster;
  /** What the platform's operators say about Jobs. */
  readonly platform: Pick<FollowedConfiguration, 'current' | 'synced'>;
}

export interface PlaceParts {
  readonly runStage: StageRunner;
  readonly pods: AwaitedPods;
  /** Of state stores. */
  readonly secrets: SecretSource;
  /** Of the whole platform: the environment's, or in a cluster those of its ConfigMap. */
  readonly settings: () => Settings;
  close(): Promise<void>;
}

/** What a worker needs of the place that its configuration names (FULFIL_STAGES). */
export async function stageRunnerFor(
  configuration: WorkerConfiguration,
  artifacts: ArtifactStore,
  place: StagePlace,
  client: Client,
): Promise<PlaceParts> {
  const layout = homeLayout(configuration.home);
  const scratch = join(layout.scratch, String(process.pid));
  if (place.kind === 'kubernetes') return jobs(configuration, artifacts, scratch, place, client);
  const secrets = fileSecrets(layout.secrets, process.env);
  const runStage = engineStageRunner({
    artifacts,
    engine: place.engine,
    sources: { secrets, configMaps: fileSecrets(layout.configMaps, {}) },
    scratch,
    worker: configuration.identity,
    network: configuration.network,
  });
  return {
    runStage,
    pods: noAwaitedPods,
    secrets,
    settings: () => configuration.settings,
    close: () => Promise.resolve(),
  };
}

/** Loaded only here: a worker with containers of its own needs none of it. */
async function jobs(
  { network }: WorkerConfiguration,
  artifacts: ArtifactStore,
  scratch: string,
  { cluster, platform }: KubernetesPlace,
  client: Client,
): Promise<PlaceParts> {
  const { startArtifactReceiver } = await import('../../activities/kubernetes/artifactReceiver.js');
  const { awaitedPods } = await import('../../activities/kubernetes/awaitedPods.js');
  const { kubernetesStageRunner } = await import('../../activities/kubernetes/kubernetesStageRunner.js');
  const { announcedWaits } = await import('./announcedWaits.js');
  const { receiver, installed } = kubernetesConfiguration(process.env);
  if (network === 'none') {
    throw new Error(
      'FULFIL_STAGE_NETWORK: a Job cannot be kept from the network; a NetworkPolicy of its namespace can',
    );
  }
  const listening = await startArtifactReceiver({ cluster, artifacts, scratch, ...receiver });
  const settings = async () => {
    await platform.synced;
    return { ...platform.current(), ...installed };
  };
  const runStage = kubernetesStageRunner({
    ...{ artifacts, cluster, scratch, settings, announce: announcedWaits(cluster) },
    leavesJob: (why) => leavesJob(client, why),
  });
  return {
    runStage,
    pods: awaitedPods(artifacts, cluster),
    secrets: clusterSecrets(cluster),
    settings: () => platform.current(),
    close: () => listening.close(),
  };
}

/** A worker that stops or is late leaves its Jobs running; the next attempt goes on following them. */
async function leavesJob(client: Client, why: unknown): Promise<boolean> {
  if (!(why instanceof CancelledFailure)) return false;
  if (why.message !== notFound) return why.message !== 'CANCELLED';
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) return false;
  const { workflowId, runId } = workflowExecution;
  const described = client.workflow.getHandle(workflowId, runId).describe();
  // Who cannot be asked, or has lost its database, may want the Job again.
  return described.then(
    ({ status }) => status.name === 'RUNNING',
    () => true,
  );
}

/** Temporal knows no such attempt: its run is over, or Temporal was away for so long that it took the worker for dead. */
const notFound = 'NOT_FOUND';
