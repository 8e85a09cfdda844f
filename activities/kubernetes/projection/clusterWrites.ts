import type { Cluster } from '../cluster.js';
import { unless } from '../clusterFailure.js';
import { query } from '../paths.js';
import type { ApiResource } from './apiResource.js';
import { apiVersionOf, objectPath } from './apiResource.js';
import type { ClusterMeta, ClusterObject } from './clusterObject.js';

/** Whom the API server names as the owner of our fields. */
export const fieldManager = 'fulfil';

/** JSON is YAML, so the client's JSON goes under the one content type that server-side apply has. */
const applyType = 'application/apply-patch+yaml';
const forced = (manager: string, dryRun?: 'All') => query({ fieldManager: manager, force: 'true', dryRun });

type Identity = Pick<ClusterMeta, 'name' | 'namespace' | 'uid'>;

export interface MetadataChange {
  readonly finalizers?: readonly string[];
  /** Those that are null are taken away. */
  readonly labels?: Readonly<Record<string, string | null>>;
}

/** Server-side apply of everything but the status; creates what is missing. `All` only asks whether it could be done. */
export async function applyObject(
  cluster: Cluster,
  resource: ApiResource,
  object: { readonly metadata: ClusterMeta; readonly spec: unknown },
  dryRun?: 'All',
): Promise<ClusterObject> {
  const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object };
  const path = `${objectPath(resource, object.metadata)}${forced(fieldManager, dryRun)}`;
  return (await cluster.ask('PATCH', path, { body, contentType: applyType })) as ClusterObject;
}

/** Server-side apply of the status; the uid keeps it from a namesake that was made meanwhile. */
export async function applyStatus(
  cluster: Cluster,
  resource: ApiResource,
  { name, namespace, uid }: Identity,
  status: unknown,
  manager = fieldManager,
): Promise<ClusterObject> {
  const metadata = { name, namespace, uid };
  const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, status };
  const path = `${objectPath(resource, metadata, 'status')}${forced(manager)}`;
  return (await cluster.ask('PATCH', path, { body, contentType: applyType })) as ClusterObject;
}

/** Changes metadata of exactly the object that was seen: a conflict is a Failure, and the newer object comes anyway. */
export async function patchMetadata(
  cluster: Cluster,
  resource: ApiResource,
  { metadata: { resourceVersion, uid, ...seen } }: ClusterObject,
  metadata: MetadataChange,
): Promise<ClusterObject> {
  const body = { metadata: { resourceVersion, uid, ...metadata } };
  const path = `${objectPath(resource, seen)}${query({ fieldManager })}`;
  return (await cluster.ask('PATCH', path, {
    body,
    contentType: 'application/merge-patch+json',
  })) as ClusterObject;
}

/** Deletes this object and no namesake; one that is gone already is fine. */
export async function deleteObject(
  cluster: Cluster,
  resource: ApiResource,
  { metadata: { name, namespace, uid } }: ClusterObject,
): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } };
  // 409: the uid belongs to another object now.
  await cluster.ask('DELETE', objectPath(resource, { name, namespace }), { body }).catch(unless(404, 409));
}
