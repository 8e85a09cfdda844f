import { prepareOffered } from '../../activities/admission/prepare.js';
import { jsonDigest } from '../../activities/artifacts/artifactStore.js';
import { bindingVersion } from '../../activities/kubernetes/projection/bindingObject.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { bindingOf } from '../../activities/kubernetes/projection/projectBinding.js';
import type { PromiseOffer } from '../../workflows/entities/promiseState.js';
import type { EntityStatus } from '../domain/entity.js';
import { resourceId } from '../domain/ids.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf, refusalOf, shownAs } from './controllerContext.js';
import { hasTraces, remembered } from './lostEntity.js';
import { refuseNamesake } from './namesake.js';
import { tellNewLabels } from './newLabels.js';
import { isSameWish } from './sameWish.js';
import type { ServedApi } from './servedApis.js';
import { requestDocument } from './storedDocument.js';
import type { Taken } from './taken.js';
import { wishDocument } from './wishDocument.js';

/** Checks the object and hands it over, unless its entity has exactly this document; see `takePromise`. */
export async function takeRequest(
  context: ControllerContext,
  api: ServedApi,
  object: ClusterObject,
  status: EntityStatus | undefined,
  reported: boolean,
): Promise<Taken> {
  const kept = requestDocument(api.resource, object);
  const isTaken = status?.checked === true && isOf(context, object, status);
  if (isTaken && kept !== undefined && jsonDigest(kept) === status.document) return { document: status.document };
  const { name, namespace = '' } = object.metadata;
  await tellNewLabels(context, resourceId(api.promise, namespace, name), object, kept, status);
  const isLeft = status === undefined && hasTraces(context, object);
  const offer = (await offerOf(context, api, isLeft)) ?? (await awaitedOffer(context, api, object, isLeft));
  if (offer === undefined) return { waits: notOffered(context, api) };
  try {
    refuseNamesake(api, object, offer.plan);
    const asked = wishDocument(api.resource, object);
    const { resource, wish } = await prepareOffered(context, { promise: api.promise, offer }, asked);
    const taken = status !== undefined && isOf(context, object, status);
    if (taken && (await isSameWish(context.artifacts, status.document, wish.document)))
      return { document: status.document };
    if (reported) context.wake.request(api, `${resource.namespace}/${resource.name}`);
    else {
      const { paused = false } = wish.commands;
      const version = boundVersion(context, api, object) ?? wish.version;
      const known = await remembered(context, object, status);
      const deleting = isDeleting(object);
      const whole = { ...wish, version, commands: { paused }, ...shownAs(context, object), ...known, deleting };
      await context.entities.applyResource(resource, whole);
    }
    return { document: wish.document };
  } catch (thrown) {
    return { refusal: refusalOf(thrown) };
  }
}

/** @param isLeft of a request whose entity was lost: what it left has to be known again before it goes with the Promise */
async function offerOf(
  { entities }: ControllerContext,
  { promise }: ServedApi,
  isLeft: boolean,
): Promise<PromiseOffer | undefined> {
  const offer = await entities.offer(promise);
  return offer?.deleting === true && !isLeft ? undefined : offer;
}

/** Nothing, and a note to look again when the Promise is there: it may have come before the note. */
async function awaitedOffer(context: ControllerContext, api: ServedApi, object: ClusterObject, isLeft: boolean) {
  context.wake.whenOffered(api, keyOf(object));
  return offerOf(context, api, isLeft);
}

/** It is looked at again when the Promise is offered. */
function notOffered({ promises }: ControllerContext, { promise }: ServedApi): string {
  const object = promises.get(promise);
  if (object === undefined || isDeleting(object)) return `waiting for Promise ${promise}, which is being deleted`;
  return `waiting for Promise ${promise}, which is not installed yet`;
}

/** The revision that users have bound it to, also when the entity has been lost. */
function boundVersion({ bindings }: ControllerContext, { promise, resource }: ServedApi, request: ClusterObject) {
  const binding = bindingOf(bindings, { promise, resource, request });
  return binding === undefined ? undefined : bindingVersion(binding);
}
