import type { Client } from '@temporalio/client';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { clusterResources } from '../../activities/kubernetes/projection/apiResource.js';
import { eventRecorder } from '../../activities/kubernetes/projection/eventRecorder.js';
import { warning } from '../../activities/kubernetes/projection/statusEvents.js';
import { reason } from '../domain/failure.js';
import { removeFinishedPods } from './finishedPods.js';
import type { FollowedConfiguration, Reading } from './followedConfiguration.js';
import type { Say } from './leveledLog.js';
import { compareStoresEvery } from './storeComparison.js';

export interface ObeyingParts {
  readonly platform: FollowedConfiguration;
  readonly cluster: Cluster;
  readonly client: Client;
  readonly taskQueue: string;
  readonly identity: string;
  readonly say: Say;
}

/** What a leader does for as long as the configuration says so, and again when it says something else. */
export function obeyConfiguration(parts: ObeyingParts, signal: AbortSignal): { again(): void } {
  const { platform, cluster, client, taskQueue, identity, say } = parts;
  const troubled = (error: unknown) => say(reason(error), 'warning');
  const record = eventRecorder(cluster, identity, troubled);
  let podSeconds: number | undefined;
  let pods = new AbortController();
  let compared: Promise<unknown> = Promise.resolve();

  function compareStores(): void {
    // One after the other, each with what is configured by then: the last word is the newest. Temporal away: the next
    // look at everything comes here again.
    compared = compared
      .then(() => compareStoresEvery(client, taskQueue, platform.current().storeIntervalMillis))
      .catch(troubled);
  }

  function obey({ configuration, object, refusal }: Reading): void {
    if (refusal !== undefined && object !== undefined) {
      const event = warning('ConfigurationRefused', refusal);
      void record('ConfigurationController', clusterResources.configMaps, object, [event]);
    }
    compareStores();
    if (configuration.podSeconds === podSeconds) return;
    podSeconds = configuration.podSeconds;
    pods.abort();
    pods = new AbortController();
    if (podSeconds === undefined) return;
    const failed = (key: string, error: unknown) => say(`pods of Job ${key}: ${reason(error)}; tried again`, 'warning');
    removeFinishedPods({ cluster, seconds: podSeconds, troubled, failed }, AbortSignal.any([signal, pods.signal]));
  }

  platform.subscribe(obey, signal);
  return { again: compareStores };
}
