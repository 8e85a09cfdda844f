import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject, ObjectCache } from '../../activities/kubernetes/projection/clusterObject.js';
import { objectKey } from '../../activities/kubernetes/projection/clusterObject.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import { ownerAnnotation } from '../../activities/kubernetes/projection/workObject.js';
import { groupOf } from '../domain/plan.js';
import type { ControllerContext } from './controllerContext.js';
import type { ServedApi } from './servedApis.js';

interface Apis {
  ofKind(group: string, kind: string): ServedApi | undefined;
  ofPromise(promise: string): ServedApi | undefined;
}

/** Somebody changed or removed a Work or WorkPlacement: whose it is looks at it, and makes it what it was. */
export function wakeOwner(
  { wake }: Pick<ControllerContext, 'wake'>,
  apis: Apis,
  works: ObjectCache,
  { metadata: { namespace, ownerReferences = [], labels, annotations } }: ClusterObject,
): void {
  if (annotations?.[ownerAnnotation] !== undefined) {
    const api = apis.ofPromise(labels?.[promiseLabel] ?? '');
    const request = objectKey(labels?.['kratix.io/resource-namespace'], labels?.['kratix.io/resource-name'] ?? '');
    if (api !== undefined) wake.request(api, request);
  }
  for (const { apiVersion, kind, name } of ownerReferences) {
    const group = groupOf(apiVersion);
    const ours = group === platformResources.works.group;
    if (ours && kind === platformResources.promises.kind) wake.promise(name);
    if (ours && kind === platformResources.works.kind) {
      const work = works.get(objectKey(namespace, name));
      if (work !== undefined) wakeOwner({ wake }, apis, works, work);
    }
    const api = apis.ofKind(group, kind);
    if (api !== undefined) wake.request(api, objectKey(namespace, name));
  }
}
