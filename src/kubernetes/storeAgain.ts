import { jsonDigest, putJson } from '../../activities/artifacts/artifactStore.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../domain/entity.js';
import type { ControllerContext } from './controllerContext.js';
import { promiseDocument, requestDocument } from './storedDocument.js';

/**
 * Stores a request's document that should be there, with the first look at it: an artifact store that was lost has it back
 * when a controller starts. Those of Promises are stored with every look.
 */
export async function storeAgain(
  { artifacts, stored }: Pick<ControllerContext, 'artifacts' | 'stored'>,
  { resource, entity }: { readonly resource: ApiResource; readonly entity: string },
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<void> {
  if (stored.has(entity) || status === undefined || status.uid !== object.metadata.uid) return;
  const request = requestDocument(resource, object);
  if (request === undefined || jsonDigest(request) !== status.document) return;
  await putJson(artifacts, request);
  stored.add(entity);
}

/** The same for a Promise that goes: its delete pipelines run with its document. Others are taken with every look. */
export async function storePromiseAgain(
  { artifacts, stored }: Pick<ControllerContext, 'artifacts' | 'stored'>,
  object: ClusterObject,
  { document }: EntityStatus,
): Promise<void> {
  if (stored.has(document)) return;
  const promise = promiseDocument(object);
  // What it became since it was installed is not what goes.
  if (promise === undefined || jsonDigest(promise) !== document) return;
  await putJson(artifacts, promise);
  stored.add(document);
}
