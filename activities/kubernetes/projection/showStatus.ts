import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import type { NewCondition } from './statusConditions.js';
import { isShown, timed } from './statusConditions.js';
import { writeStatus } from './writeStatus.js';

/** Writes fields and conditions of an object's status, unless they are there already. */
export async function showStatus(
  cluster: Cluster,
  resource: ApiResource,
  cache: ObjectCache,
  object: ClusterObject,
  fields: Readonly<Record<string, unknown>>,
  wanted: readonly NewCondition[],
): Promise<void> {
  const conditions = timed(wanted, object.status, new Date().toISOString());
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const status = { ...Object.fromEntries(given), conditions, observedGeneration: object.metadata.generation };
  if (isShown(status, object)) return;
  await writeStatus(cluster, resource, cache, object, status);
}
