import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { worksOf } from '../../activities/kubernetes/projection/projectWorks.js';
import { workObjectName } from '../../activities/kubernetes/projection/workObject.js';
import type { EntityStatus } from '../domain/entity.js';
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

/** Whether an entity that begins anew has found out about all that the cluster shows of it, or will not any more. */
export function knowsItsWorks(
  context: ControllerContext,
  object: ClusterObject,
  { works, phase }: EntityStatus,
): boolean {
  if (phase !== 'Pending' && phase !== 'Running') return true;
  const known = works.map(workObjectName);
  return worksOf(context.works, object).every(({ metadata }) => known.includes(metadata.name));
}
