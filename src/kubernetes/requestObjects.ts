import { bindingVersion } from '../../activities/kubernetes/projection/bindingObject.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { bindingOf, projectBinding } from '../../activities/kubernetes/projection/projectBinding.js';
import { normal } from '../../activities/kubernetes/projection/statusEvents.js';
import { projectOwner } from '../../activities/kubernetes/projection/projectOwner.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { resourceId } from '../domain/ids.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf, liveObject } from './controllerContext.js';
import { hold, isHeld, letGo } from './finalizer.js';
import { removeJobs } from './leftJobs.js';
import { isLost } from './lostEntity.js';
import { tellNewLabels } from './newLabels.js';
import { removeWorks } from './removeWorks.js';
import { tellDeletion } from './promiseRequests.js';
import type { ServedApi } from './servedApis.js';
import { labelSuspension, obeyLabels } from './objectCommands.js';
import { removeBinding } from './bindingObjects.js';
import { storeAgain } from './storeAgain.js';
import { requestDocument } from './storedDocument.js';
import type { Taken } from './taken.js';
import { takeRequest } from './takeRequest.js';

/** Brings one request and its entity together; see {@link reconcilePromise}. */
export async function reconcileRequest(
  context: ControllerContext,
  api: ServedApi,
  key: string,
  given?: EntityStatus,
): Promise<void> {
  const entity = entityOf(api, key);
  const object = api.requests.get(key);
  const status = given ?? (await context.entities.status(entity));
  tellDeletion(context, api, object, status !== undefined);
  if (object === undefined) return forget(context, api, key, status);
  if (isDeleting(object)) await dismiss(context, api, object, status);
  else await serve(context, api, object, status, given !== undefined);
  // At the end: an artifact store that takes nothing keeps nobody from going or from being shown.
  await storeAgain(context, placeOf(context, api, key), object, status);
}

async function serve(
  context: ControllerContext,
  api: ServedApi,
  object: ClusterObject,
  status: EntityStatus | undefined,
  reported: boolean,
): Promise<void> {
  const place = placeOf(context, api, keyOf(object));
  const held = await hold(place, object, { [promiseLabel]: api.promise });
  if (isGoingWithItsPromise(context, api, status)) return deleteObject(context.cluster, api.resource, held);
  const taking = takeRequest(context, api, held, status, reported);
  // First, for the run that a label asks for; what cannot be taken keeps nobody from pausing.
  await taking.catch(() => undefined);
  const told = await obeyLabels(context, place, held, status);
  await show(context, api, told, status, await taking);
}

/** The Promise has told its resources to go: their objects go too (reference, section 3.6, step 3). */
function isGoingWithItsPromise(context: ControllerContext, api: ServedApi, status: EntityStatus | undefined): boolean {
  if (status?.deleting !== true) return false;
  const promise = context.promises.get(api.promise);
  return promise === undefined || isDeleting(promise);
}

async function show(
  context: ControllerContext,
  api: ServedApi,
  object: ClusterObject,
  status: EntityStatus | undefined,
  taken: Taken,
): Promise<void> {
  const { resource, requests: cache, promise } = api;
  const place = placeOf(context, api, keyOf(object));
  const labelled = status === undefined ? object : await labelSuspension(context, place, object, status);
  if (status?.binding !== undefined && isOf(context, object, status) && !isDeleting(object)) {
    const bound = { promise, resource, request: object };
    const created = await projectBinding(context, bound, status.binding);
    const asked = bindingOf(context.bindings, bound);
    // One that came before the entity was there has found nobody to tell.
    if (asked !== undefined && bindingVersion(asked) !== status.binding.version) context.wake.binding(keyOf(asked));
    const note = `Binding ${created} created for promise ${promise} version ${status.binding.version}`;
    const events = created === undefined ? [] : [normal('BindingCreated', note)];
    await context.record('ResourceRequestController', resource, object, events);
  }
  await projectOwner(context, { workflow: 'resource', resource, cache, object: labelled, status, ...taken });
}

async function dismiss(
  context: ControllerContext,
  api: ServedApi,
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<void> {
  if (!isHeld(object)) return;
  if (status === undefined || status.phase === 'Gone') {
    if (status !== undefined || !(await isLost(context, entityOf(api, keyOf(object)), api.resource, object))) {
      await removeJobs(context.cluster, { ...object, kind: api.resource.kind, promise: api.promise });
      await removeWorks(context, object);
      await removeBinding(context, { promise: api.promise, resource: api.resource, request: object });
      return letGo(placeOf(context, api, keyOf(object)), object);
    }
    const taken = await takeRequest(context, api, object, status, false);
    if (taken.document !== undefined) await context.entities.remove(entityOf(api, keyOf(object)), {});
    return show(context, api, object, status, taken);
  }
  const entity = entityOf(api, keyOf(object));
  await tellNewLabels(context, entity, object, requestDocument(api.resource, object), status);
  if (!status.deleting) await context.entities.remove(entity, {});
  // What it waits for, from now on.
  const now = status.deleting ? status : ((await context.entities.status(entity)) ?? status);
  const told = await obeyLabels(context, placeOf(context, api, keyOf(object)), object, now);
  await show(context, api, told, now, { document: now.document });
}

/** An object that somebody took away together with its finalizer: nobody wants it any more. */
async function forget(
  context: ControllerContext,
  api: ServedApi,
  key: string,
  status: EntityStatus | undefined,
): Promise<void> {
  context.stored.delete(entityOf(api, key));
  if (status === undefined || status.deleting || status.phase === 'Gone' || status.projection !== context.queue) return;
  const { name, namespace } = status;
  if ((await liveObject(context, api.resource, { name, namespace })) !== undefined) return;
  if (await context.sameCluster()) await context.entities.remove(entityOf(api, key), {});
}

function entityOf({ promise }: ServedApi, key: string): string {
  const slash = key.indexOf('/');
  return resourceId(promise, key.slice(0, slash), key.slice(slash + 1));
}

function placeOf({ cluster }: ControllerContext, api: ServedApi, key: string) {
  return { cluster, resource: api.resource, cache: api.requests, entity: entityOf(api, key) };
}
