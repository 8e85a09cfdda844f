import { jsonDigest, putJson } from '../../activities/artifacts/artifactStore.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { PromiseDocument } from '../documents/promise.js';
import type { ResourceRequest } from '../documents/request.js';
import type { EntityStatus } from '../domain/entity.js';
import type { ControllerContext } from './controllerContext.js';
import { isSameWish } from './sameWish.js';

/**
 * Labels and annotations that changed alone: nothing runs for them, and whatever runs next has them in `object.yaml`, also
 * while the object goes (reference, section 2.7).
 * @param wanted what is stored of the object as it is now; what is refused is told when it is mended
 */
export async function tellNewLabels(
  { artifacts, entities, queue }: ControllerContext,
  entity: string,
  object: ClusterObject,
  wanted: PromiseDocument | ResourceRequest | undefined,
  status: EntityStatus | undefined,
): Promise<void> {
  if (status?.projection !== queue || status.uid !== object.metadata.uid) return;
  const instead = status.document;
  if (wanted === undefined || jsonDigest(wanted) === instead) return;
  const document = await putJson(artifacts, wanted);
  if (await isSameWish(artifacts, instead, document)) await entities.relabel(entity, { document, instead });
}
