import type { KubernetesObject, ObjectMeta } from '../objects.js';

export interface ClusterMeta extends ObjectMeta {
  readonly generation?: number;
  readonly finalizers?: readonly string[];
}

/** An object as the API server has it; spec and status are looked into by who knows their kind. */
export interface ClusterObject extends KubernetesObject {
  readonly metadata: ClusterMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** The last known state of the objects of one kind, by `namespace/name` or `name`. */
export interface ObjectCache {
  get(key: string): ClusterObject | undefined;
  list(): readonly ClusterObject[];
  /**
   * A write of ours and its answer, which is known from then on: until the watch tells it, it would be written again.
   * @param wanted what the write is to make of the object's metadata; who finds more changed than that has news
   */
  writing(wanted: ClusterObject, answer: Promise<ClusterObject>): Promise<ClusterObject>;
}

export function keyOf({ metadata }: KubernetesObject): string {
  return objectKey(metadata.namespace, metadata.name);
}

export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function isDeleting({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
