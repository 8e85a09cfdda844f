import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import type { ClusterMeta, ClusterObject, ObjectCache } from './clusterObject.js';
import { applyObject } from './clusterWrites.js';

/** Applies an object, and keeps the answer: the watch would tell it later, and until then it would be written twice. */
export function makeObject(
  cluster: Cluster,
  resource: ApiResource,
  cache: ObjectCache,
  { metadata, spec }: { readonly metadata: ClusterMeta; readonly spec: unknown },
): Promise<ClusterObject> {
  return cache.writing({ metadata }, applyObject(cluster, resource, { metadata, spec }));
}
