import type { Binding } from '../../../src/domain/revision.js';
import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import { apiVersionOf, platformResources } from './apiResource.js';
import { bindingObject, bindingStatus, isBindingOf } from './bindingObject.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import { isDeleting, objectKey } from './clusterObject.js';
import { makeObject } from './makeObject.js';
import { showStatus } from './showStatus.js';

export interface BindingProjection {
  readonly cluster: Cluster;
  readonly bindings: ObjectCache;
}

export interface BoundRequest {
  readonly promise: string;
  readonly resource: ApiResource;
  readonly request: ClusterObject;
}

const resource = platformResources.resourceBindings;

/** The binding of a request; the first by name when users have made more than one. */
export function bindingOf(bindings: ObjectCache, { promise, request }: BoundRequest): ClusterObject | undefined {
  return bindings
    .list()
    .filter((binding) => isBindingOf(binding, promise, request) && !isDeleting(binding))
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en'))[0];
}

/**
 * Makes a request's ResourceBinding and shows how its last change of revision went (reference, sections 1.4 and 3.4).
 * @returns the name of a binding that is new
 */
export async function projectBinding(
  { cluster, bindings }: BindingProjection,
  bound: BoundRequest,
  binding: Binding,
): Promise<string | undefined> {
  const known = bindingOf(bindings, bound);
  const object = known ?? (await makeObject(cluster, resource, bindings, firstBinding(bindings, bound, binding)));
  const { fields, conditions } = bindingStatus(binding);
  await showStatus(cluster, resource, bindings, object, fields, conditions);
  return known === undefined ? object.metadata.name : undefined;
}

function firstBinding(bindings: ObjectCache, { promise, resource: api, request }: BoundRequest, { version }: Binding) {
  const isTaken = (name: string) => {
    const found = bindings.get(objectKey(request.metadata.namespace, name));
    return found !== undefined && !isBindingOf(found, promise, request);
  };
  return bindingObject(promise, request, { apiVersion: apiVersionOf(api), kind: api.kind }, version, isTaken);
}
