import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { isSettled, worksOf } from '../../activities/kubernetes/projection/projectWorks.js';
import { labelValue, workObjectName } from '../../activities/kubernetes/projection/workObject.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import type { ControllerContext } from './controllerContext.js';
import { liveObject } from './controllerContext.js';
import { isHeld } from './finalizer.js';

/** Goes before anything else of an object that is done: what is left of Works tells a lost entity from that. */
export async function removeWorks(context: ControllerContext, object: ClusterObject): Promise<void> {
  for (const work of worksOf(context.works, object)) {
    if (!isDeleting(work)) await deleteObject(context.cluster, platformResources.works, work);
  }
}

/**
 * No entity, and yet Works: Temporal has lost what it knew, and documents may lie in stores. Asked of the API server
 * itself, because a cache shows for a moment what has just been let go.
 */
export async function isLost(
  context: ControllerContext,
  resource: ApiResource,
  object: ClusterObject,
): Promise<boolean> {
  const [work] = worksOf(context.works, object);
  if (work === undefined) return false;
  const now = await liveObject(context, resource, object.metadata);
  if (now === undefined || now.metadata.uid !== object.metadata.uid || !isHeld(now)) return false;
  return (await liveObject(context, platformResources.works, work.metadata)) !== undefined;
}

/**
 * Before a lost object is handed over to be removed: Temporal knows the Destinations again that have its documents. Without
 * them its work would wait for one, find nothing to remove, and leave the documents where they are.
 */
export async function expectDestinations(context: ControllerContext, object: ClusterObject): Promise<void> {
  const works = worksOf(context.works, object).map(({ metadata }) => labelValue(metadata.name));
  const placed = context.placements.list().flatMap(({ metadata: { labels = {} } }) => {
    return works.includes(labels['kratix.io/work'] ?? '') ? [labels['kratix.io/targetDestinationName']] : [];
  });
  const { destinations } = await context.entities.registry();
  const missing = context.destinations.list().find((each) => {
    const { name } = each.metadata;
    return !isDeleting(each) && placed.includes(labelValue(name)) && !(name in destinations);
  });
  if (missing === undefined) return;
  throw new Failure('NotYet', `Temporal does not know Destination ${missing.metadata.name} again yet`, true);
}

/**
 * Whether an entity that begins anew has found out about all that the cluster shows of it, or will not any more. One that
 * waits has not: for its Promise, say, or for a Destination.
 */
export function knowsItsWorks(context: ControllerContext, object: ClusterObject, status: EntityStatus): boolean {
  if (isSettled(status) && status.phase !== 'Waiting') return true;
  const known = status.works.map(workObjectName);
  return worksOf(context.works, object).every(({ metadata }) => known.includes(metadata.name));
}
