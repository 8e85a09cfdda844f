import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { recordedWorks } from '../../activities/kubernetes/projection/placementRecord.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import { deleteWork, worksOf } from '../../activities/kubernetes/projection/projectWorks.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import type { Work } from '../domain/work.js';
import { destinationsOf } from '../domain/works.js';
import type { ControllerContext } from './controllerContext.js';
import { liveObject } from './controllerContext.js';
import { isHeld } from './finalizer.js';

/** Goes before anything else of an object that is done: what is left of Works tells a lost entity from that. */
export async function removeWorks(context: ControllerContext, object: ClusterObject): Promise<void> {
  for (const work of worksOf(context.works, object)) {
    if (!isDeleting(work)) await deleteWork(context, work);
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
 * What an entity that begins anew has to be told of documents in stores. Not before Temporal knows the Destinations again
 * that have them: a placement whose Destination is unknown is taken for one whose Destination is gone.
 */
export async function lostWorks(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<readonly Work[] | undefined> {
  const works = status === undefined ? worksOf(context.works, object) : [];
  if (works.length === 0) return undefined;
  const recorded = recordedWorks(works.flatMap((work) => worksOf(context.placements, work)));
  const placed = destinationsOf(recorded);
  const { destinations } = await context.entities.registry();
  const missing = context.destinations.list().find((each) => {
    const { name } = each.metadata;
    if (isDeleting(each) || !placed.includes(name) || name in destinations) return false;
    // One that is refused as it is now is not coming.
    return conditionOf(each.status, 'Ready')?.reason !== 'DocumentRefused';
  });
  if (missing === undefined) return recorded;
  throw new Failure('NotYet', `Temporal does not know Destination ${missing.metadata.name} again yet`, true);
}
