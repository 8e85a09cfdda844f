import { randomBytes } from 'node:crypto';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { watchEvents } from '../../activities/kubernetes/cluster.js';
import type { Job, KubernetesList } from '../../activities/kubernetes/objects.js';
import { holds } from '../../activities/kubernetes/objects.js';
import { jobsPath, query } from '../../activities/kubernetes/paths.js';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';

/** A Job of as many containers that do nothing, until Kubernetes says that it is complete. */
export async function bareJob(cluster: Cluster, namespace: string, containers: number): Promise<void> {
  const all = Array.from({ length: containers }, (_, index) => ({
    name: `c${index}`,
    image: BASE_IMAGE,
    command: ['true'],
  }));
  const name = `bare-${randomBytes(4).toString('hex')}`;
  const spec = { restartPolicy: 'Never', initContainers: all.slice(1), containers: all.slice(0, 1) };
  const body = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { spec } } };
  await cluster.ask('POST', jobsPath(namespace), { body });
  const selector = { fieldSelector: `metadata.name=${name}` };
  const list = (await cluster.ask('GET', `${jobsPath(namespace)}${query(selector)}`)) as KubernetesList<Job>;
  const { resourceVersion } = list.metadata;
  const path = `${jobsPath(namespace)}${query({ ...selector, resourceVersion, watch: 'true' })}`;
  const over = new AbortController();
  for await (const { object } of watchEvents(cluster, path, over.signal)) {
    if (holds((object as Job).status?.conditions, 'Complete') !== undefined) return;
  }
}
