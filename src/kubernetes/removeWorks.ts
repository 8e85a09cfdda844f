import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteWork, worksOf } from '../../activities/kubernetes/projection/projectWorks.js';
import type { ControllerContext } from './controllerContext.js';

/** Goes before anything else of an object that is done. */
export async function removeWorks(context: ControllerContext, object: ClusterObject): Promise<void> {
  for (const work of worksOf(context.works, object)) {
    if (!isDeleting(work)) await deleteWork(context, work);
  }
}
