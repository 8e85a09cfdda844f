import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { bindingVersion } from '../../activities/kubernetes/projection/bindingObject.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf, objectKey } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import type { BoundRequest } from '../../activities/kubernetes/projection/projectBinding.js';
import { bindingOf } from '../../activities/kubernetes/projection/projectBinding.js';
import { manualLabel } from '../documents/commandLabels.js';
import { toRecord } from '../documents/toRecord.js';
import { resourceId } from '../domain/ids.js';
import type { ControllerContext } from './controllerContext.js';
import { listedApi } from './listedApi.js';
import { relabel } from './objectCommands.js';

const resource = platformResources.resourceBindings;

/** Tells a request which revision its binding asks for; what it says of itself is its request's to show. */
export async function reconcileBinding(context: ControllerContext, key: string): Promise<void> {
  const binding = context.bindings.get(key);
  if (binding === undefined || isDeleting(binding)) return;
  await listedApi(context, promiseOf(binding));
  const bound = boundRequest(context, binding);
  // Another binding of the same request comes first.
  if (bound === undefined || bindingOf(context.bindings, bound) !== binding) return;
  const { name, namespace = '' } = bound.request.metadata;
  const named = { promise: bound.promise, namespace, name };
  const entity = resourceId(bound.promise, namespace, name);
  const version = bindingVersion(binding);
  const status = await context.entities.status(entity);
  if (status === undefined || version === undefined) return;
  if (status.binding?.version !== version) await context.entities.bind(named, { version });
  if (binding.metadata.labels?.[manualLabel] !== 'true') return;
  await context.entities.command(entity, 'reconcile');
  await relabel({ cluster: context.cluster, resource, cache: context.bindings }, binding, { [manualLabel]: null });
}

/** A request that is to stay gets its binding again. */
export function wakeBound(context: ControllerContext, binding: ClusterObject): void {
  const bound = boundRequest(context, binding);
  const api = bound && context.apis.ofPromise(bound.promise);
  if (api !== undefined && bound !== undefined) context.wake.request(api, keyOf(bound.request));
}

/** The request that a binding names, as far as it is there. */
function boundRequest({ apis }: ControllerContext, binding: ClusterObject): BoundRequest | undefined {
  const promise = promiseOf(binding);
  const { name, namespace } = toRecord(binding.spec?.['resourceRef']) ?? {};
  const api = apis.ofPromise(promise);
  const request = api?.requests.get(objectKey(String(namespace), String(name)));
  return api === undefined || request === undefined ? undefined : { promise, resource: api.resource, request };
}

/** The Promise that a binding or a revision is of. */
export function promiseOf({ spec }: ClusterObject): string {
  return String(toRecord(spec?.['promiseRef'])?.['name']);
}

/** A binding goes with its request (reference, section 4.3, step 4). */
export async function removeBinding(context: ControllerContext, bound: BoundRequest): Promise<void> {
  const binding = bindingOf(context.bindings, bound);
  if (binding !== undefined) await deleteObject(context.cluster, resource, binding);
}

/** Requests whose binding asks for a version of a Promise. */
export async function boundTo(
  context: ControllerContext,
  promise: string,
  version: string,
): Promise<readonly BoundRequest[]> {
  await listedApi(context, promise);
  return context.bindings.list().flatMap((binding) => {
    if (bindingVersion(binding) !== version) return [];
    const bound = boundRequest(context, binding);
    return bound?.promise === promise ? [bound] : [];
  });
}
