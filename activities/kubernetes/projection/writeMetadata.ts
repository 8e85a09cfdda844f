import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import type { MetadataChange } from './clusterWrites.js';
import { patchMetadata } from './clusterWrites.js';

/** Changes metadata of exactly the object that was seen, and keeps the answer; labels that are null are taken away. */
export function writeMetadata(
  cluster: Cluster,
  resource: ApiResource,
  cache: ObjectCache,
  object: ClusterObject,
  change: MetadataChange,
): Promise<ClusterObject> {
  const { metadata } = object;
  const { finalizers = metadata.finalizers } = change;
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...metadata.labels, ...change.labels })) {
    if (value !== null) labels[key] = value;
  }
  const wanted = { metadata: { ...metadata, finalizers, labels } };
  return cache.writing(wanted, patchMetadata(cluster, resource, object, change));
}
