import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../domain/entity.js';
import { resourceId } from '../domain/ids.js';
import { latestVersion } from '../domain/revision.js';
import type { ControllerContext } from './controllerContext.js';
import type { ServedApi } from './servedApis.js';
import { hasTraces } from './lostEntity.js';
import { listedApi } from './listedApi.js';

/** A request and its Promise wake each other: without these, one that cannot be handed over would keep both busy. */
const woken = new WeakSet<ClusterObject>();
/** Whether a request had an entity when the Promise that goes was last woken for it, by the object as it was. */
const told = new WeakMap<ClusterObject, boolean>();

/** A request whose entity was lost, too: nothing else would tell. */
function wakeOnce({ wake }: ControllerContext, api: ServedApi, request: ClusterObject): void {
  if (woken.has(request)) return;
  woken.add(request);
  wake.request(api, keyOf(request));
}

/** The deletion of a Promise may wait until a request is known again, or gone. */
export function tellDeletion(
  { promises, wake }: ControllerContext,
  { promise }: ServedApi,
  request: ClusterObject | undefined,
  isKnown: boolean,
): void {
  const object = promises.get(promise);
  if (object === undefined || !isDeleting(object)) return;
  if (request !== undefined) {
    if (told.get(request) === isKnown) return;
    told.set(request, isKnown);
  }
  wake.promise(promise);
}

/** An entity that was begun anew alone knows none of the requests that it has; theirs believe that it does. */
export async function adoptUnknown(
  context: ControllerContext,
  name: string,
  resources: readonly string[],
): Promise<void> {
  const known = new Set(resources);
  const api = await listedApi(context, name);
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
export function wakeVanished({ apis, wake }: ControllerContext, name: string, { resources = [] }: EntityStatus): void {
  const api = apis.ofPromise(name);
  if (api === undefined) return;
  void api.requests.synced.then(() => {
    for (const key of resources) if (api.requests.get(key) === undefined) wake.request(api, key);
  });
}

/** After Temporal was lost, requests that left something have to be known again before their Promise goes. */
export async function lostRequests(
  context: ControllerContext,
  name: string,
  { resources = [] }: EntityStatus,
): Promise<string[]> {
  const api = await listedApi(context, name);
  if (api === undefined) return [];
  const left = api.requests.list().filter((request) => hasTraces(context, request));
  return left.map(keyOf).filter((key) => !resources.includes(key));
}
