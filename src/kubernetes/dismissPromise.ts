import { definitions, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { promiseId } from '../domain/ids.js';
import { waitingForResources } from '../domain/waitingForResources.js';
import type { ControllerContext } from './controllerContext.js';
import { entityFinalizer, isHeld, letGo } from './finalizer.js';
import { removeJobs } from './leftJobs.js';
import { isLost } from './lostEntity.js';
import { tellNewLabels } from './newLabels.js';
import { removeWorks } from './removeWorks.js';
import { obeyLabels } from './objectCommands.js';
import { removeRevisions } from './revisionObjects.js';
import { adoptUnknown, lostRequests } from './promiseRequests.js';
import { showPromise, promisePlace } from './showPromise.js';
import { storePromiseAgain } from './storeAgain.js';
import { promiseDocument } from './storedDocument.js';
import type { Taken } from './taken.js';
import { takePromise } from './takePromise.js';

const resource = platformResources.promises;

/** The order of a deletion is the entity's (reference, section 3.6); at its end the API goes, and then the object. */
export async function dismissPromise(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
) {
  if (!isHeld(object)) return;
  const { name } = object.metadata;
  if (status === undefined || status.phase === 'Gone') {
    if (status === undefined && (await isLost(context, promiseId(name), resource, object))) {
      return showPromise(context, object, status, await takePromise(context, object, status, false));
    }
    await removeJobs(context.cluster, { ...object, kind: resource.kind, promise: name });
    await removeWorks(context, object);
    await removeRevisions(context, name);
    if (!(await removeApi(context, name))) return letGo(promisePlace(context, name), object);
    return showPromise(context, object, status, heldApi(context, name));
  }
  await tellNewLabels(context, promiseId(name), object, promiseDocument(object), status);
  const lost = status.deleting ? [] : await askToGo(context, name, status);
  // What it waits for, from now on.
  const current = status.deleting ? status : ((await context.entities.status(promiseId(name))) ?? status);
  const now = lost.length === 0 ? current : heldUp(current, lost);
  const told = await obeyLabels(context, promisePlace(context, name), object, now);
  await showPromise(context, told, now, { document: now.document });
  await storePromiseAgain(context, object, now);
  context.wake.requestsOf(name);
}

/** @returns requests that hold it up, because they have to be known again first; it is not asked then */
async function askToGo(context: ControllerContext, name: string, status: EntityStatus): Promise<string[]> {
  await adoptUnknown(context, name, status.resources ?? []);
  const lost = await lostRequests(context, name, status);
  if (lost.length === 0) await context.entities.remove(promiseId(name), {});
  return lost;
}

/** One whose document is refused as it is now is never known again by itself: its own conditions say why. */
function heldUp(status: EntityStatus, lost: readonly string[]): EntityStatus {
  return { ...status, deleting: true, message: waitingForResources(lost, ' to be known again') };
}

/** What it waits for: nothing to speak of while nobody else holds it, for then it goes at once. */
function heldApi({ apis }: ControllerContext, promise: string): Taken {
  const requests = apis.ofPromise(promise)?.requests.list() ?? [];
  const othersOf = ({ metadata }: ClusterObject) =>
    (metadata.finalizers ?? []).filter((finalizer) => finalizer !== entityFinalizer);
  const held = requests.filter((request) => othersOf(request).length > 0);
  if (held.length === 0) return {};
  const holders = [...new Set(held.flatMap(othersOf))];
  return { waits: waitingForResources(held.map(keyOf), ` held by ${holders.join(', ')}`) };
}

/** True while the definition is still there; its end wakes the Promise again. */
export async function removeApi(context: ControllerContext, promise: string): Promise<boolean> {
  const mine = context.definitions.list().filter(({ metadata }) => metadata.labels?.[promiseLabel] === promise);
  for (const definition of mine) {
    if (!isDeleting(definition)) await deleteObject(context.cluster, definitions, definition);
  }
  return mine.length > 0;
}
