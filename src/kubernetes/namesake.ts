import { nameTaken } from '../../activities/admission/sharedNamespace.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { showsRefusal } from '../../activities/kubernetes/projection/refusal.js';
import type { PromisePlan } from '../domain/plan.js';
import type { ServedApi } from './servedApis.js';

/**
 * Of two requests of one name whose documents would have one path, the elder is served: two that come together would both
 * be taken before the Promise knows either.
 */
export function refuseNamesake(
  { promise, requests }: ServedApi,
  object: ClusterObject,
  { pipelineNamespace }: PromisePlan,
): void {
  if (pipelineNamespace === undefined || isDeleting(object)) return;
  const { name, namespace = '' } = object.metadata;
  const rivals = requests.list().filter((each) => each.metadata.name === name && !isDeleting(each));
  const elder = rivals.find((each) => comesBefore(each, object) && !showsRefusal(each));
  if (elder !== undefined) throw nameTaken(pipelineNamespace, { promise, namespace, name }, keyOf(elder));
}

function comesBefore(one: ClusterObject, other: ClusterObject): boolean {
  const rank = (each: ClusterObject) => `${each.metadata.creationTimestamp ?? ''} ${keyOf(each)}`;
  return rank(one) < rank(other);
}
