import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { isJobOf } from '../../activities/kubernetes/jobLabels.js';
import type { Job, KubernetesList } from '../../activities/kubernetes/objects.js';
import { jobsEverywhere, query } from '../../activities/kubernetes/paths.js';
import { deleteJob } from '../../activities/kubernetes/removeJob.js';
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
  for (const { metadata } of jobs.items.filter((job) => isJobOf({ kind: owner.kind, ...owner.metadata }, job))) {
    await deleteJob(cluster, metadata.namespace ?? '', metadata.name);
  }
}
