import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { watchObjects } from '../../activities/kubernetes/objectWatch.js';
import type { KubernetesObject } from '../../activities/kubernetes/objects.js';
import { pause } from '../../activities/kubernetes/pause.js';
import { secretsPath } from '../../activities/kubernetes/paths.js';
import type { SecretReference } from '../domain/stateStore.js';

/** Follows the Secrets that state stores name: one that changes or appears has its stores looked at, at once. */
export interface StoreSecrets {
  /** What a store names now; nothing when it is gone or names none. Said again and again without effect. */
  follow(store: string, reference: SecretReference | undefined): void;
  /** Has the Secret changed since the store was last checked? */
  isStale(store: string): boolean;
  checked(store: string): void;
}

export interface StoreSecretsOptions {
  readonly cluster: Cluster;
  readonly changed: (store: string) => void;
  readonly troubled: (error: unknown) => void;
}

/** Only who may not look is sent away: until somebody binds a role, a look a minute is enough. */
const forbiddenMillis = 60_000;

interface Followed {
  readonly stores: Set<string>;
  stop(): void;
}

export function storeSecrets({ cluster, changed, troubled }: StoreSecretsOptions, signal: AbortSignal): StoreSecrets {
  const followed = new Map<string, Followed>();
  const stale = new Set<string>();

  function begin({ namespace, name }: SecretReference): Followed {
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    const stores = new Set<string>();
    let seen: string | undefined;
    function see([secret]: readonly KubernetesObject[]): void {
      const version = secret?.metadata.resourceVersion ?? 'none';
      const isNews = seen !== undefined && version !== seen;
      seen = version;
      if (!isNews) return;
      for (const store of stores) {
        stale.add(store);
        changed(store);
      }
    }
    async function run(): Promise<void> {
      const selector = { fieldSelector: `metadata.name=${name}` };
      while (!until.aborted) {
        await watchObjects(cluster, secretsPath(namespace), selector, until, see).catch(troubled);
        await pause(forbiddenMillis, until);
      }
    }
    void run();
    return { stores, stop: () => ended.abort() };
  }

  return {
    follow(store, reference) {
      const wanted = reference && `${reference.namespace}/${reference.name}`;
      for (const [key, each] of followed) {
        if (key === wanted || !each.stores.delete(store) || each.stores.size > 0) continue;
        each.stop();
        followed.delete(key);
      }
      if (reference === undefined || wanted === undefined) return;
      const known = followed.get(wanted) ?? begin(reference);
      followed.set(wanted, known);
      known.stores.add(store);
    },
    isStale: (store) => stale.has(store),
    checked: (store) => void stale.delete(store),
  };
}
