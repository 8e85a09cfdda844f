import { putJson } from '../../activities/artifacts/artifactStore.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { recordedWorks } from '../../activities/kubernetes/projection/placementRecord.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import { worksOf } from '../../activities/kubernetes/projection/projectWorks.js';
import { writtenStatus } from '../../activities/kubernetes/projection/writtenStatus.js';
import type { Shown } from '../../workflows/messages.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import type { Work } from '../domain/work.js';
import { destinationsOf } from '../domain/works.js';
import type { ControllerContext } from './controllerContext.js';
import { liveObject } from './controllerContext.js';
import { isHeld } from './finalizer.js';

/** Pipelines that have begun, or Works: documents may lie in stores, and delete pipelines are owed. */
export function hasTraces(context: ControllerContext, object: ClusterObject): boolean {
  return hasBegun(object) || worksOf(context.works, object).length > 0;
}

/** Whether pipelines of the object have ever run, or would have if it had any. */
function hasBegun({ status }: ClusterObject): boolean {
  return conditionOf(status, 'ConfigureWorkflowCompleted') !== undefined;
}

/**
 * No entity, and yet traces: Temporal has lost what it knew, or somebody terminated it. Asked of the API server itself,
 * because a cache shows for a moment what has just been let go.
 */
export async function isLost(
  context: ControllerContext,
  entity: string,
  resource: ApiResource,
  object: ClusterObject,
): Promise<boolean> {
  if (!hasTraces(context, object) || !(await context.entities.isUnknown(entity))) return false;
  const now = await liveObject(context, resource, object.metadata);
  return now !== undefined && now.metadata.uid === object.metadata.uid && isHeld(now);
}

/** What the cluster tells an entity that begins anew: where documents are, and what pipelines once wrote in the status. */
export async function remembered(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<Pick<Shown, 'works' | 'details'>> {
  if (status !== undefined) return {};
  const written = writtenStatus(object);
  const details = written === undefined ? undefined : await putJson(context.artifacts, written);
  return { works: await lostWorks(context, object), details };
}

/**
 * Not before Temporal knows the Destinations again that have documents: a placement whose Destination is unknown is taken
 * for one whose Destination is gone.
 */
async function lostWorks(context: ControllerContext, object: ClusterObject): Promise<readonly Work[] | undefined> {
  const works = worksOf(context.works, object);
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
