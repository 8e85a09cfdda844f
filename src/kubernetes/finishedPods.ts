import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';
import { managedBy } from '../../activities/kubernetes/jobLabels.js';
import type { KubernetesList, KubernetesObject } from '../../activities/kubernetes/objects.js';
import { podsPath, query } from '../../activities/kubernetes/paths.js';
import { clusterResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import { createInformer } from './informer.js';
import { withoutSpec } from './slimObject.js';
import { workQueue } from './workQueue.js';

export interface FinishedPodsOptions {
  readonly cluster: Cluster;
  /** How long they stay. */
  readonly seconds: number;
  readonly troubled: (error: unknown) => void;
  readonly failed: (key: string, error: unknown) => void;
}

/** Jobs looked at side by side: each is a list and a few deletions. */
const concurrency = 4;

/** Deletes the pods of Jobs that finished so long ago, until the signal aborts; the Jobs stay (reference, section 7.2). */
export function removeFinishedPods(
  { cluster, seconds, troubled, failed }: FinishedPodsOptions,
  signal: AbortSignal,
): void {
  const queue = workQueue({ handle, failed, concurrency });
  const [[label, value]] = Object.entries(managedBy) as [[string, string]];
  const jobs = createInformer({
    ...{ cluster, troubled, resource: clusterResources.jobs, slim: withoutSpec, labelSelector: `${label}=${value}` },
    changed: ({ key }) => queue.add(key),
  });
  signal.addEventListener('abort', () => void queue.close(), { once: true });
  void jobs.run(signal);

  async function handle(key: string): Promise<void> {
    const job = jobs.get(key);
    const finished = job && finishedAt(job);
    if (job === undefined || finished === undefined) return;
    const left = finished + seconds * 1000 - Date.now();
    if (left > 0) return queue.addAfter(key, left);
    await removePods(cluster, job);
  }
}

/** When a Job was complete or had failed, in milliseconds; undefined while it may go on. */
export function finishedAt({ status }: ClusterObject): number | undefined {
  const ends = ['Complete', 'Failed'].flatMap((type) => {
    const condition = conditionOf(status, type);
    return condition?.status === 'True' ? Date.parse(condition.lastTransitionTime) : [];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

async function removePods(cluster: Cluster, { metadata }: ClusterObject): Promise<void> {
  const { name, namespace = '', uid } = metadata;
  const path = `${podsPath(namespace)}${query({ labelSelector: `batch.kubernetes.io/job-name=${name}` })}`;
  const { items } = (await cluster.ask('GET', path)) as KubernetesList<KubernetesObject>;
  const mine = items.filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === uid));
  for (const pod of mine) {
    await cluster.ask('DELETE', podsPath(namespace, pod.metadata.name)).catch(unless(404));
  }
}
