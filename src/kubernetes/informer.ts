import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { watchEvents } from '../../activities/kubernetes/watchEvents.js';
import { codeOf } from '../../activities/kubernetes/clusterFailure.js';
import { pause } from '../../activities/kubernetes/pause.js';
import { query } from '../../activities/kubernetes/paths.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { collectionPath } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject, ObjectCache } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ObjectChange } from './objectStore.js';
import { objectStore } from './objectStore.js';

export interface InformerOptions {
  readonly cluster: Cluster;
  readonly resource: ApiResource;
  /** All of them when it is not said. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Leaves out what nobody looks at, before an object is kept. */
  readonly slim?: (object: ClusterObject) => ClusterObject;
  /** Told of every object that is new, changed or gone. */
  readonly changed?: (change: ObjectChange) => void;
  readonly troubled?: (error: unknown) => void;
}

export interface Informer extends ObjectCache {
  readonly resource: ApiResource;
  /** Resolves when the first list is in, or when it is not followed any more. */
  readonly synced: Promise<void>;
  /** Whether a list was ever in. */
  readonly isListed: () => boolean;
  /** Follows the API until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

interface ObjectPage {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly ClusterObject[];
}

/** client-go's page: a list of thousands neither blocks the API server nor comes as one piece. */
const pageSize = 500;
/** A connection that died in silence is found out after this long at the latest. */
const watchSeconds = 240;
/** An API server that restarts is back within seconds; its clients should not all be on the doorstep at once. */
const firstPauseMillis = 100;
const longestPauseMillis = 5_000;

/**
 * Keeps the objects of one API: a list, then a watch that goes on where the last one ended. Cut connections and an API
 * server that is away are waited out; when the server has forgotten where we were (410 Gone) the list begins anew.
 */
export function createInformer(options: InformerOptions): Informer {
  const { cluster, resource, namespace, labelSelector, fieldSelector, changed, troubled } = options;
  const selectors = { labelSelector, fieldSelector };
  const store = objectStore((change) => changed?.(change), options.slim);
  const path = collectionPath(resource, namespace);
  let listed = false;
  let markSynced = (): void => undefined;
  const synced = new Promise<void>((resolve) => {
    markSynced = resolve;
  });

  async function list(): Promise<string> {
    const found: ClusterObject[] = [];
    let page: ObjectPage;
    let next: string | undefined;
    do {
      const parameters = { ...selectors, limit: String(pageSize), continue: next };
      page = (await cluster.ask('GET', `${path}${query(parameters)}`)) as ObjectPage;
      found.push(...page.items);
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
    store.replace(found);
    listed = true;
    markSynced();
    return page.metadata.resourceVersion ?? '';
  }

  /** The version up to which it has seen everything; undefined when only a list can tell. */
  async function watch(from: string, signal: AbortSignal): Promise<string | undefined> {
    let version = from;
    const parameters = { ...selectors, allowWatchBookmarks: 'true', resourceVersion: from };
    try {
      for await (const { type, object } of watchEvents(cluster, { path, parameters, seconds: watchSeconds }, signal)) {
        if (type === 'ERROR') return undefined;
        const seen = object as ClusterObject;
        version = seen.metadata.resourceVersion ?? version;
        if (type === 'BOOKMARK') continue;
        store.see(seen, type === 'DELETED');
      }
    } catch (thrown) {
      if (codeOf(thrown) === 410) return undefined;
      // What came before the cut counts: the next watch begins after it.
      if (version === from) throw thrown;
    }
    return version;
  }

  async function run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', markSynced, { once: true });
    let wait = firstPauseMillis;
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        version ??= await list();
        const began = performance.now();
        version = await watch(version, signal);
        wait = firstPauseMillis;
        // A server that ends watches at once is not to be asked in a tight loop.
        if (performance.now() - began < firstPauseMillis) await pause(firstPauseMillis, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        troubled?.(thrown);
        await pause(wait * (0.5 + Math.random() / 2), signal);
        wait = Math.min(2 * wait, longestPauseMillis);
      }
    }
  }

  return { ...store, resource, synced, isListed: () => listed, run };
}
