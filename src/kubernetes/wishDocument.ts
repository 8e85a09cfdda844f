import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { apiVersionOf } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';

/** Bookkeeping of other programs. */
const bookkeeping = ['kubectl.kubernetes.io/', 'kratix.io/trace-'];

/** What an object asks for, as its author would have written it in a file. */
export function wishDocument(resource: ApiResource, object: ClusterObject): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata;
  const kept = {
    labels,
    annotations: without(annotations, (key) => bookkeeping.some((prefix) => key.startsWith(prefix))),
  };
  const known = Object.entries({ name, namespace, ...kept }).filter(([, value]) => value !== undefined);
  return { ...rest, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: Object.fromEntries(known) };
}

function without(
  map: Readonly<Record<string, string>> | undefined,
  unwanted: (key: string) => boolean,
): Record<string, string> | undefined {
  const kept = Object.entries(map ?? {}).filter(([key]) => !unwanted(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
