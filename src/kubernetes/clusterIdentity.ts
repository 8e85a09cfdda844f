import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { KubernetesObject } from '../../activities/kubernetes/objects.js';
import { Failure } from '../domain/failure.js';

/** A cluster has no name of its own; the uid of this namespace lives as long as its database does. */
export async function clusterId(cluster: Cluster): Promise<string> {
  const { metadata } = (await cluster.ask('GET', '/api/v1/namespaces/kube-system')) as KubernetesObject;
  if (metadata.uid === undefined) throw new Failure('ClusterUnavailable', 'namespace kube-system has no uid', true);
  return metadata.uid;
}

/** Where the entities of this cluster's objects report to: the same for every controller of the cluster. */
export function projectionQueue(taskQueue: string, id: string): string {
  return `${taskQueue}-controller-${id.slice(0, 8)}`;
}
