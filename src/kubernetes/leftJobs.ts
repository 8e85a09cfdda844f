import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';
import { isJobOf } from '../../activities/kubernetes/jobLabels.js';
import type { Job, KubernetesList } from '../../activities/kubernetes/objects.js';
import { jobsEverywhere, jobsPath, query } from '../../activities/kubernetes/paths.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';

export interface JobOwner {
  readonly kind: string;
  readonly promise: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Deletes what pipelines of an object have left. Kubernetes' garbage collector does not where a Job lies in another
 * namespace than its owner, nor where the owner's kind is younger than its last look (30 s) and goes with the Promise.
 */
export async function removeJobs(cluster: Cluster, owner: JobOwner): Promise<void> {
  const labelSelector = `${promiseLabel}=${owner.promise}`;
  const jobs = (await cluster.ask('GET', `${jobsEverywhere}${query({ labelSelector })}`)) as KubernetesList<Job>;
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  for (const { metadata } of jobs.items.filter((job) => isJobOf({ kind: owner.kind, ...owner.metadata }, job))) {
    const path = jobsPath(metadata.namespace ?? '', metadata.name);
    await cluster.ask('DELETE', path, { body }).catch(unless(404));
  }
}
