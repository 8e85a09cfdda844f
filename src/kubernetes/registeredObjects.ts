import { checkedDestination, prepareDestination, prepareStateStore } from '../../activities/admission/prepare.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ShownReadiness } from '../../activities/kubernetes/projection/projectReadiness.js';
import { projectReadiness } from '../../activities/kubernetes/projection/projectReadiness.js';
import type { Registry } from '../domain/registry.js';
import type { SecretReference, StateStore } from '../domain/stateStore.js';
import type { ControllerContext } from './controllerContext.js';
import { liveObject, refusalOf } from './controllerContext.js';
import { hold, isHeld, letGo } from './finalizer.js';
import type { Informer } from './informer.js';
import type { Entry } from './registeredEntry.js';
import { entryOf, isLeaving, usersOf } from './registeredEntry.js';
import { wishDocument } from './wishDocument.js';

const { destinations } = platformResources;

/** Kinds that the `destinations` entity keeps, by kind. */
export function registeredKinds(context: ControllerContext): readonly Informer[] {
  return [context.destinations, context.bucketStateStores, context.gitStateStores];
}

/** `Destination/worker-cluster`, `GitStateStore/main` */
export async function reconcileRegistered(
  context: ControllerContext,
  kind: string,
  name: string,
  registry: Registry,
): Promise<void> {
  const informer = registeredKinds(context).find(({ resource }) => resource.kind === kind);
  if (informer === undefined) return;
  const object = informer.get(name);
  const entry = entryOf(registry, kind, name);
  if (object === undefined) {
    context.secrets.follow(`${kind}/${name}`, undefined);
    return forget(context, informer, name, registry, entry);
  }
  if (isDeleting(object)) return dismiss(context, informer, object, registry, entry);
  const held = await hold({ ...context, resource: informer.resource, cache: informer }, object);
  const { readiness, observed } = await take(context, informer, held, entry);
  await show(context, informer, held, readiness, observed);
}

async function take(
  context: ControllerContext,
  { resource }: Informer,
  object: ClusterObject,
  entry: Entry | undefined,
): Promise<Pick<ShownReadiness, 'readiness' | 'observed'>> {
  try {
    const document = wishDocument(resource, object);
    const isDestination = resource.kind === destinations.kind;
    const prepared = isDestination
      ? await prepareDestination(context, document)
      : await prepareStateStore(context, document);
    const key = `${resource.kind}/${object.metadata.name}`;
    if (prepared.kind === 'store') context.secrets.follow(key, secretOf(prepared.store));
    const known = entry?.document === prepared.document && entry.projection === context.queue && !isLeaving(entry);
    if (known && !context.secrets.isStale(key)) return { readiness: entry.readiness, observed: true };
    // The same store once more is how the entity is asked to look at it now.
    await context.entities.register({ ...prepared, projection: context.queue });
    // Another one may have been faster with the same path: then this one is not registered.
    if (isDestination) await checkedDestination(context, document);
    context.secrets.checked(key);
    return { readiness: entry?.readiness ?? notYet(resource.kind), observed: known };
  } catch (thrown) {
    return { readiness: { ready: false, reason: 'DocumentRefused', message: refusalOf(thrown) }, observed: true };
  }
}

function secretOf(store: StateStore): SecretReference | undefined {
  return 'secretRef' in store ? store.secretRef : undefined;
}

/** Kratix's words for the first moment (reference, section 1.7). */
function notYet(kind: string): ShownReadiness['readiness'] {
  return kind === destinations.kind
    ? { ready: false, reason: 'DestinationNotReady', message: 'Destination is not ready' }
    : { ready: false, reason: 'StateStoreNotReady', message: 'State store is not ready' };
}

async function dismiss(
  context: ControllerContext,
  informer: Informer,
  object: ClusterObject,
  registry: Registry,
  entry: Entry | undefined,
): Promise<void> {
  if (!isHeld(object)) return;
  if (entry === undefined) return letGo({ ...context, resource: informer.resource, cache: informer }, object);
  // What its documents wait for, once it is known; until then it is as it was.
  if (isLeaving(entry)) return show(context, informer, object, entry.readiness, true);
  const users = usersOf(registry, informer.resource, object.metadata.name);
  if (users.length === 0) return deregister(context, informer, object.metadata.name, entry, object.metadata.uid);
  const message = `cannot be deleted: used by Destination ${users.join(', ')}`;
  await show(context, informer, object, { ...entry.readiness, reason: 'InUse', message }, true);
}

/** Nobody waits for the answer: the registry without the entry is the answer. The ticket tells a repeat from a new wish. */
async function deregister(
  { entities, queue }: ControllerContext,
  { resource }: Informer,
  name: string,
  entry: Entry,
  uid = name,
): Promise<void> {
  if (isLeaving(entry)) return;
  const ticket = { operation: queue, request: `${queue}/${uid}` };
  if (resource.kind === destinations.kind) await entities.deregister({ kind: 'destination', key: name, ticket });
  else await entities.deregister({ kind: 'store', key: `${resource.kind}/${name}`, ticket });
}

async function show(
  context: ControllerContext,
  { resource, ...cache }: Informer,
  object: ClusterObject,
  readiness: ShownReadiness['readiness'],
  observed: boolean,
): Promise<void> {
  await projectReadiness(context, { resource, cache, object, readiness, observed });
}

/** An object that somebody took away together with its finalizer. */
async function forget(
  context: ControllerContext,
  informer: Informer,
  name: string,
  registry: Registry,
  entry: Entry | undefined,
): Promise<void> {
  if (entry === undefined || entry.projection !== context.queue) return;
  if (usersOf(registry, informer.resource, name).length > 0) return;
  if ((await liveObject(context, informer.resource, { name })) !== undefined || !(await context.sameCluster())) return;
  await deregister(context, informer, name, entry);
}
