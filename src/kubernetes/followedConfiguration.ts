import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { clusterResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { objectKey } from '../../activities/kubernetes/projection/clusterObject.js';
import type { PlatformConfiguration } from '../documents/platformConfiguration.js';
import { defaultConfiguration } from '../documents/platformConfiguration.js';
import { readPlatformConfiguration } from '../documents/readPlatformConfiguration.js';
import { toRecord } from '../documents/toRecord.js';
import { reason } from '../domain/failure.js';
import { describeProblems } from '../domain/problem.js';
import { createInformer } from './informer.js';
import type { Say } from './leveledLog.js';

/** What the ConfigMap says at a moment, and what is wrong with it. */
export interface Reading {
  readonly configuration: PlatformConfiguration;
  readonly object?: ClusterObject;
  /** Why the ConfigMap as it is cannot be used; the one before it counts. */
  readonly refusal?: string;
  readonly warnings: readonly string[];
}

export interface FollowedConfiguration {
  /** As it is now; defaults until the first look. */
  current(): PlatformConfiguration;
  /** Resolves when the cluster was looked at for the first time. */
  readonly synced: Promise<void>;
  /** Tells of the present reading and of every later one, until the signal aborts. */
  subscribe(tell: (reading: Reading) => void, signal: AbortSignal): void;
}

export interface ConfigurationSource {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly say: Say;
}

const name = 'kratix';
const key = 'config';

/** Kratix's ConfigMap `kratix`, read whenever it changes: an edit needs no restart (reference, section 7.6). */
export function followConfiguration(
  { cluster, namespace, say }: ConfigurationSource,
  signal: AbortSignal,
): FollowedConfiguration {
  let reading: Reading = { configuration: defaultConfiguration, warnings: [] };
  const listeners = new Set<(reading: Reading) => void>();
  const informer = createInformer({
    ...{ cluster, namespace, resource: clusterResources.configMaps, fieldSelector: `metadata.name=${name}` },
    troubled: (error) => say(reason(error), 'warning'),
    changed() {
      reading = readingOf(informer.get(objectKey(namespace, name)), reading.configuration);
      if (reading.refusal !== undefined) say(`${reading.refusal}; what was configured before counts`, 'error');
      for (const warning of reading.warnings) say(warning, 'warning');
      for (const tell of listeners) tell(reading);
    },
  });
  void informer.run(signal);
  return {
    current: () => reading.configuration,
    synced: informer.synced,
    subscribe(tell, until) {
      listeners.add(tell);
      until.addEventListener('abort', () => listeners.delete(tell), { once: true });
      tell(reading);
    },
  };
}

function readingOf(object: ClusterObject | undefined, before: PlatformConfiguration): Reading {
  if (object === undefined) return { configuration: defaultConfiguration, warnings: [] };
  const text = toRecord(toRecord(object)?.['data'])?.[key];
  const where = `ConfigMap ${name}: ${key}`;
  if (typeof text !== 'string') {
    return { configuration: before, object, refusal: `ConfigMap ${name}: expected the key ${key}`, warnings: [] };
  }
  const read = readPlatformConfiguration(text, where);
  if (!read.ok) return { configuration: before, object, refusal: describeProblems(read.problems), warnings: [] };
  const warnings = read.value.warnings.map((warning) => `${where}: ${warning}`);
  return { configuration: read.value.configuration, object, warnings };
}
