import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject, ObjectCache } from '../../activities/kubernetes/projection/clusterObject.js';
import { shownSuspension } from '../../activities/kubernetes/projection/shownSuspension.js';
import { writeMetadata } from '../../activities/kubernetes/projection/writeMetadata.js';
import { manualLabel, readCommands, reconcileResourcesLabel, suspendedLabel } from '../documents/commandLabels.js';
import type { EntityStatus } from '../domain/entity.js';
import type { Suspension } from '../domain/suspension.js';
import type { ControllerContext } from './controllerContext.js';

interface LabelledPlace {
  readonly cluster: Cluster;
  readonly resource: ApiResource;
  readonly cache: ObjectCache;
}

interface Place extends LabelledPlace {
  readonly entity: string;
}

/**
 * Does what the labels of an object say (reference, section 0.3) and takes away those that are obeyed once. An entity
 * that is not there yet has nothing to be told: a new object is run from the start anyway, and knows if it is paused.
 */
export async function obeyLabels(
  context: ControllerContext,
  place: Place,
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<ClusterObject> {
  const { entities } = context;
  const { paused = false, reconcile = false, reconcileResources = false } = readCommands(object.metadata.labels);
  if (status !== undefined) {
    if (status.paused !== paused) await entities.command(place.entity, paused ? 'pause' : 'unpause');
    if (reconcile) await entities.command(place.entity, 'reconcile');
    if (reconcileResources) await entities.command(place.entity, 'reconcileResources');
  }
  if (!reconcile && !reconcileResources) return object;
  return relabel(place, object, { [manualLabel]: null, [reconcileResourcesLabel]: null });
}

/**
 * The label of a suspended workflow: set before the status shows the suspension, so that its absence afterwards means
 * that a user has taken it away and wants the workflow to go on (reference, section 2.11).
 */
export async function labelSuspension(
  context: ControllerContext,
  place: Place,
  object: ClusterObject,
  { suspension }: EntityStatus,
): Promise<ClusterObject> {
  const labelled = object.metadata.labels?.[suspendedLabel] === 'true';
  if (suspension === undefined) return labelled ? relabel(place, object, { [suspendedLabel]: null }) : object;
  if (labelled) return object;
  if (!isShown(object, suspension)) return relabel(place, object, { [suspendedLabel]: 'true' });
  await context.entities.command(place.entity, 'resume');
  return object;
}

function isShown(object: ClusterObject, { pipeline, attempts, generation }: Suspension): boolean {
  const shown = shownSuspension(object);
  return shown?.pipeline === pipeline && shown.attempts === attempts && shown.generation === generation;
}

/** Sets labels, and takes away those that are null. */
export function relabel(
  { cluster, resource, cache }: LabelledPlace,
  object: ClusterObject,
  labels: Readonly<Record<string, string | null>>,
): Promise<ClusterObject> {
  return writeMetadata(cluster, resource, cache, object, { labels });
}
