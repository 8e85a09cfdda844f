import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';

export interface ObjectChange {
  readonly key: string;
  /** Undefined when it is gone. */
  readonly object?: ClusterObject;
  readonly last: ClusterObject;
}

export interface ObjectStore {
  get(key: string): ClusterObject | undefined;
  list(): readonly ClusterObject[];
  /** False when it is not news: an event of before our own write. */
  see(object: ClusterObject, gone: boolean): boolean;
  /** Takes a whole list over and tells what differs. */
  replace(objects: readonly ClusterObject[]): readonly ObjectChange[];
}

export function objectStore(slim: (object: ClusterObject) => ClusterObject = (object) => object): ObjectStore {
  const kept = new Map<string, ClusterObject>();

  function see(object: ClusterObject, gone: boolean): boolean {
    const key = keyOf(object);
    const known = kept.get(key);
    if (known !== undefined && isOlder(object, known)) return false;
    if (gone) return kept.delete(key);
    kept.set(key, slim(object));
    return known?.metadata.resourceVersion !== object.metadata.resourceVersion;
  }

  return {
    get: (key) => kept.get(key),
    list: () => [...kept.values()],
    see,
    replace(objects) {
      const keys = new Set(objects.map(keyOf));
      const gone = [...kept].filter(([key]) => !keys.has(key)).map(([key, last]) => ({ key, last }));
      for (const { key } of gone) kept.delete(key);
      const news = objects.filter((object) => see(object, false));
      return [...gone, ...news.map((object) => ({ key: keyOf(object), object, last: object }))];
    },
  };
}

/** Versions are numbers that grow (Kubernetes says so since 1.35; etcd always did); others are never called older. */
function isOlder(a: ClusterObject, b: ClusterObject): boolean {
  const [one, two] = [a.metadata.resourceVersion ?? '', b.metadata.resourceVersion ?? ''];
  if (!/^\d+$/.test(one) || !/^\d+$/.test(two)) return false;
  return one.length === two.length ? one < two : one.length < two.length;
}
