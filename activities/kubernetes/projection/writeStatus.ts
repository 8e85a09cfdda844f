import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import { applyStatus } from './clusterWrites.js';

/** Applies an object's status, and keeps the answer. */
export function writeStatus(
  cluster: Cluster,
  resource: ApiResource,
  cache: ObjectCache,
  object: ClusterObject,
  status: unknown,
  manager?: string,
): Promise<ClusterObject> {
  return cache.writing(object, applyStatus(cluster, resource, object.metadata, status, manager));
}
