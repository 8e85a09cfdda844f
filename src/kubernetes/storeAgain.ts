import { storedRequest } from '../../activities/admission/prepare.js';
import { putJson } from '../../activities/artifacts/artifactStore.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../domain/entity.js';
import type { ControllerContext } from './controllerContext.js';
import { wishDocument } from './wishDocument.js';

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
  const request = storedRequest(wishDocument(resource, object), status.document);
  if (request === undefined) return;
  await putJson(artifacts, request);
  stored.add(entity);
}
