import type { Cluster } from './cluster.js';
import { watchEvents } from './watchEvents.js';
import { codeOf } from './clusterFailure.js';
import type { KubernetesList, KubernetesObject } from './objects.js';
import { pause } from './pause.js';
import { query } from './paths.js';

/**
 * A watch that the server ends after this long is begun anew with a list, so that a connection which died in silence
 * costs this long and no more.
 */
const watchSeconds = 120;
/** An API server that restarts is back within seconds; its clients should not all be on the doorstep at once. */
const firstPauseMillis = 100;
const longestPauseMillis = 5_000;

/**
 * Keeps `changed` told of the objects that match, until the signal aborts: a list, then a watch from there. Cut
 * connections, 410 Gone, an API server that is away: listed again, as often as it takes. Only a 403 is given up on.
 * @param known stands for the first list; without a version, the watch begins with every object that there is
 */
export async function watchObjects<T extends KubernetesObject>(
  cluster: Cluster,
  path: string,
  selector: Readonly<Record<string, string>>,
  signal: AbortSignal,
  changed: (objects: readonly T[]) => void,
  known?: KubernetesList<T>,
): Promise<void> {
  let wait = firstPauseMillis;
  let first = known;
  while (!signal.aborted) {
    try {
      const list = first ?? ((await cluster.ask('GET', `${path}${query(selector)}`)) as KubernetesList<T>);
      first = undefined;
      if (signal.aborted) return;
      changed(list.items);
      await follow(cluster, path, selector, list, signal, (objects) => {
        wait = firstPauseMillis;
        changed(objects);
      });
    } catch (thrown) {
      if (codeOf(thrown) === 403) throw thrown;
      await pause(wait * (0.5 + Math.random() / 2), signal);
      wait = Math.min(2 * wait, longestPauseMillis);
    }
  }
}

async function follow<T extends KubernetesObject>(
  cluster: Cluster,
  path: string,
  selector: Readonly<Record<string, string>>,
  list: KubernetesList<T>,
  signal: AbortSignal,
  changed: (objects: readonly T[]) => void,
): Promise<void> {
  const known = new Map(list.items.map((object) => [identity(object), object]));
  const { resourceVersion } = list.metadata;
  const watch = { path, parameters: { ...selector, resourceVersion }, seconds: watchSeconds };
  for await (const { type, object } of watchEvents(cluster, watch, signal)) {
    // 410 Gone comes as an event: what happened since our version is forgotten, so only a list can tell.
    if (type === 'ERROR') return;
    if (type === 'BOOKMARK') continue;
    const seen = object as T;
    if (type === 'DELETED') known.delete(identity(seen));
    else known.set(identity(seen), seen);
    changed([...known.values()]);
  }
}

function identity({ metadata }: KubernetesObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}
