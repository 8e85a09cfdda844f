import type { PreparedPromise } from '../../activities/admission/prepare.js';
import { handOverPromise, preparePromise } from '../../activities/admission/prepare.js';
import { definitions, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { makeObject } from '../../activities/kubernetes/projection/makeObject.js';
import { projectRevisions } from '../../activities/kubernetes/projection/projectRevisions.js';
import { normal } from '../../activities/kubernetes/projection/statusEvents.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import { projectOwner } from '../../activities/kubernetes/projection/projectOwner.js';
import {
  isCurrent,
  isEstablished,
  promiseApi,
  promiseLabel,
} from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import { promiseId, resourceId } from '../domain/ids.js';
import { isSameSettings } from '../domain/plan.js';
import { latestVersion } from '../domain/revision.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf, liveObject, refusalOf, shownAs } from './controllerContext.js';
import { hold, isHeld, letGo } from './finalizer.js';
import { removeJobs } from './leftJobs.js';
import { isSameWish } from './sameWish.js';
import type { ServedApi } from './servedApis.js';
import { hasTraces, isLost, remembered } from './lostEntity.js';
import { removeWorks } from './removeWorks.js';
import { labelSuspension, obeyLabels } from './objectCommands.js';
import { removeRevisions } from './revisionObjects.js';
import { untilSynced } from './untilSynced.js';
import { wishDocument } from './wishDocument.js';

const resource = platformResources.promises;

/**
 * Brings one Promise object, its API and its entity together. `given` is what the entity itself reports; without it
 * the entity is asked. Whatever was done before is left alone, so this may run at any time.
 */
export async function reconcilePromise(context: ControllerContext, name: string, given?: EntityStatus): Promise<void> {
  const object = context.promises.get(name);
  const status = given ?? (await context.entities.status(promiseId(name)));
  if (object === undefined) return forget(context, name, status);
  if (isDeleting(object)) return dismiss(context, object, status);
  const held = await obeyLabels(context, placeOf(context, name), await hold(placeOf(context, name), object), status);
  const taken = await take(context, held, status, given !== undefined);
  await show(context, held, status, taken);
  context.wake.requestsOf(name);
  if (status !== undefined) return wakeVanished(context, name, status);
  await adoptUnknown(context, name, []);
}

/** A request and its Promise wake each other: without this, one that cannot be handed over would keep both busy. */
const woken = new WeakSet<ClusterObject>();

/** A request whose entity was lost, too: nothing else would tell. */
function wakeOnce({ wake }: ControllerContext, api: ServedApi, request: ClusterObject): void {
  if (woken.has(request)) return;
  woken.add(request);
  wake.request(api, keyOf(request));
}

/** An entity that was begun anew alone knows none of the requests that it has; theirs believe that it does. */
async function adoptUnknown(context: ControllerContext, name: string, resources: readonly string[]): Promise<void> {
  const known = new Set(resources);
  const api = context.apis.ofPromise(name);
  if (api === undefined) return;
  for (const request of api.requests.list().filter((each) => !known.has(keyOf(each)))) {
    const { namespace = '', name: requestName } = request.metadata;
    const status = await context.entities.status(resourceId(name, namespace, requestName));
    if (status === undefined) wakeOnce(context, api, request);
    if (status === undefined || status.deleting) continue;
    const version = status.binding?.version ?? latestVersion;
    await context.entities.adopt(name, { namespace, name: requestName, planGeneration: 0, version });
  }
}

/** Requests that the entity knows and the cluster has not any more: they went while nobody looked. */
function wakeVanished({ apis, wake }: ControllerContext, name: string, { resources = [] }: EntityStatus): void {
  const api = apis.ofPromise(name);
  if (api === undefined) return;
  void api.requests.synced.then(() => {
    for (const key of resources) if (api.requests.get(key) === undefined) wake.request(api, key);
  });
}

interface Taken {
  readonly document?: string;
  readonly refusal?: string;
}

/** Checks the object and hands it over, unless its entity has exactly this document. */
async function take(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
  reported: boolean,
): Promise<Taken> {
  try {
    const prepared = await preparePromise(context, wishDocument(resource, object));
    const { digest } = prepared.plan;
    await ensureApi(context, prepared);
    const taken = status !== undefined && isOf(context, object, status) && hasSettings(prepared);
    if (taken && (await isSameWish(context.artifacts, status.document, digest))) return { document: status.document };
    // Whoever finds the Promise available asks for its kind at once; the definition's own news wakes the Promise again.
    if (!isServed(context, prepared)) return {};
    // The entity waits for the end of its own report: what is new is told it afterwards.
    if (reported) context.wake.promise(object.metadata.name);
    else {
      const { name: promise, plan } = prepared;
      const { paused = false } = prepared.commands;
      const known = await remembered(context, object, status);
      const wish = { plan, commands: { paused }, ...shownAs(context, object), ...known };
      await handOverPromise(context.entities, promise, wish);
    }
    return { document: digest };
  } catch (thrown) {
    return { refusal: refusalOf(thrown) };
  }
}

/** The platform's configuration is part of the plan and not of the document. */
function hasSettings({ before, plan }: PreparedPromise): boolean {
  return before === undefined || isSameSettings(before.newest, plan);
}

function isServed({ definitions }: ControllerContext, { promise: { spec } }: PreparedPromise): boolean {
  if (spec.api === undefined) return true;
  const definition = definitions.get(spec.api.metadata.name);
  const names = conditionOf(definition?.status, 'NamesAccepted');
  if (names?.status === 'False') throw new Failure('Refused', `spec.api: ${names.message}`, false);
  return isEstablished(definition);
}

/** The API's definition stands before anybody hears of the Promise (reference, section 3.2). */
async function ensureApi(context: ControllerContext, { name, promise }: PreparedPromise): Promise<void> {
  const { api } = promise.spec;
  if (api === undefined) return;
  const { group, names } = api.spec;
  const found = context.definitions.get(api.metadata.name);
  const rival = found?.metadata.labels?.[promiseLabel] ?? (await context.entities.findPromise(group, names.kind));
  if (rival !== undefined && rival !== name) {
    const message = `Promise ${name}: spec.api: ${names.kind} (${group}) is already the API of Promise ${rival}`;
    throw new Failure('Refused', message, false);
  }
  const wanted = promiseApi(name, api);
  if (isCurrent(found, wanted)) return;
  await makeObject(context.cluster, definitions, context.definitions, wanted);
}

async function show(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
  taken: Taken,
): Promise<void> {
  if (status === undefined && taken.refusal === undefined) return;
  const { name } = object.metadata;
  const labelled =
    status === undefined ? object : await labelSuspension(context, placeOf(context, name), object, status);
  if (status !== undefined && isOf(context, object, status)) {
    const created = await projectRevisions(context, object, status, () => context.entities.status(promiseId(name)));
    const events = created.map((revision) => normal('RevisionCreated', `Revision ${revision} created`));
    await context.record('PromiseController', resource, object, events);
  }
  await projectOwner(context, {
    ...{ workflow: 'promise', resource, cache: context.promises, object: labelled, status },
    ...taken,
  });
}

/** The order of a deletion is the entity's (reference, section 3.6); at its end the API goes, and then the object. */
async function dismiss(context: ControllerContext, object: ClusterObject, status: EntityStatus | undefined) {
  if (!isHeld(object)) return;
  const { name } = object.metadata;
  if (status === undefined || status.phase === 'Gone') {
    if (status === undefined && (await isLost(context, promiseId(name), resource, object))) {
      return show(context, object, status, await take(context, object, status, false));
    }
    await removeJobs(context.cluster, { ...object, kind: resource.kind, promise: name });
    await removeWorks(context, object);
    await removeRevisions(context, name);
    return (await removeApi(context, name)) ? undefined : letGo(placeOf(context, name), object);
  }
  if (!status.deleting) {
    await adoptUnknown(context, name, status.resources ?? []);
    if (await knowsItsRequests(context, name, status)) await context.entities.remove(promiseId(name), {});
  }
  // What it waits for, from now on.
  const now = status.deleting ? status : ((await context.entities.status(promiseId(name))) ?? status);
  const told = await obeyLabels(context, placeOf(context, name), object, now);
  await show(context, told, now, { document: now.document });
  context.wake.requestsOf(name);
}

/** After Temporal was lost, requests that left something have to be known again before their Promise goes. */
async function knowsItsRequests(
  context: ControllerContext,
  name: string,
  { resources = [] }: EntityStatus,
): Promise<boolean> {
  const requests = context.apis.ofPromise(name)?.requests;
  if (requests === undefined) return true;
  await untilSynced(requests);
  for (const request of requests.list()) {
    if (hasTraces(context, request) && !resources.includes(keyOf(request))) return false;
  }
  return true;
}

/** True while the definition is still there; its end wakes the Promise again. */
async function removeApi(context: ControllerContext, promise: string): Promise<boolean> {
  const mine = context.definitions.list().filter(({ metadata }) => metadata.labels?.[promiseLabel] === promise);
  for (const definition of mine) {
    if (!isDeleting(definition)) await deleteObject(context.cluster, definitions, definition);
  }
  return mine.length > 0;
}

/** An object that somebody took away together with its finalizer: nobody wants it any more. */
async function forget(context: ControllerContext, name: string, status: EntityStatus | undefined): Promise<void> {
  if (status === undefined || status.projection !== context.queue) return;
  if (status.deleting && status.phase !== 'Gone') return;
  if ((await liveObject(context, resource, { name })) !== undefined || !(await context.sameCluster())) return;
  if (status.phase === 'Gone') await removeApi(context, name);
  else await context.entities.remove(promiseId(name), {});
}

function placeOf(context: ControllerContext, name: string) {
  return { cluster: context.cluster, resource, cache: context.promises, entity: promiseId(name) };
}
