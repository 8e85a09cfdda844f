import type { Cluster } from './cluster.js';
import { unless } from './clusterFailure.js';
import type { Job, KubernetesList, KubernetesObject } from './objects.js';
import { eventsPath, query } from './paths.js';

interface Event extends KubernetesObject {
  readonly message?: string;
}

/**
 * Why Kubernetes makes no pod of a Job: a quota, a policy, a service account that is gone. Its controllers say so in
 * events only, which a worker of an older installation may not read.
 */
export async function podRefusal(cluster: Cluster, { metadata }: Job): Promise<string | undefined> {
  const { namespace = '', uid = '' } = metadata;
  const selector = query({ fieldSelector: `involvedObject.uid=${uid},reason=FailedCreate` });
  const list = await cluster.ask('GET', `${eventsPath(namespace)}${selector}`).catch(unless(403));
  return (list as KubernetesList<Event> | undefined)?.items.at(-1)?.message;
}
