import { jsonDigest, putJson } from '../../activities/artifacts/artifactStore.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../domain/entity.js';
import type { ControllerContext } from './controllerContext.js';
import { isSameWish } from './sameWish.js';
import { promiseDocument, requestDocument } from './storedDocument.js';

/**
 * Labels and annotations that changed alone: nothing runs for them, and whatever runs next has them in `object.yaml`, also
 * while the object goes (reference, section 2.7).
 */
export async function tellNewLabels(
  { artifacts, entities, queue }: ControllerContext,
  { resource, entity }: { readonly resource: ApiResource; readonly entity: string },
  object: ClusterObject,
  status: EntityStatus | undefined,
): Promise<void> {
  if (status?.projection !== queue || status.uid !== object.metadata.uid) return;
  const isPromise = resource === platformResources.promises;
  const wanted = isPromise ? promiseDocument(object) : requestDocument(resource, object);
  const instead = status.document;
  // What is refused as it is now is told when it is mended.
  if (wanted === undefined || jsonDigest(wanted) === instead) return;
  const document = await putJson(artifacts, wanted);
  if (await isSameWish(artifacts, instead, document)) await entities.relabel(entity, { document, instead });
}
