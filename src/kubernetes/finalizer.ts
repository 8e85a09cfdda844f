import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject, ObjectCache } from '../../activities/kubernetes/projection/clusterObject.js';
import { patchMetadata } from '../../activities/kubernetes/projection/clusterWrites.js';
import { writeMetadata } from '../../activities/kubernetes/projection/writeMetadata.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';

/** Holds an object until its entity says that it is gone. The entity keeps the order, so one is enough (ADR 8). */
export const entityFinalizer = 'fulfil.io/entity';

interface Place {
  readonly cluster: Cluster;
  readonly resource: ApiResource;
  readonly cache: ObjectCache;
  /** Of objects that no entity keeps. */
  readonly finalizer?: string;
}

export function isHeld({ metadata }: ClusterObject, finalizer = entityFinalizer): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

/** The object with the finalizer and our labels, written only when something is missing. */
export async function hold(
  { cluster, resource, cache, finalizer = entityFinalizer }: Place,
  object: ClusterObject,
  labels: Readonly<Record<string, string>> = {},
): Promise<ClusterObject> {
  const { metadata } = object;
  const labelled = Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
  if (isHeld(object, finalizer) && labelled) return object;
  const finalizers = isHeld(object, finalizer)
    ? (metadata.finalizers ?? [])
    : [...(metadata.finalizers ?? []), finalizer];
  return writeMetadata(cluster, resource, cache, object, { finalizers, labels });
}

/** Lets a deleted object go; finalizers of others stay. */
export async function letGo(
  { cluster, resource, finalizer = entityFinalizer }: Place,
  object: ClusterObject,
): Promise<void> {
  if (!isHeld(object, finalizer)) return;
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  await patchMetadata(cluster, resource, object, { finalizers }).catch(unless(404));
}
