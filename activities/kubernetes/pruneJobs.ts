import { runNumber } from '../../src/domain/ids.js';
import type { Cluster } from './cluster.js';
import { unless } from './clusterFailure.js';
import { jobLabels } from './jobLabels.js';
import type { JobPlan } from './jobPlan.js';
import type { Job, KubernetesList } from './objects.js';
import { holds } from './objects.js';
import { jobsPath, labelSelector, query } from './paths.js';

/**
 * Deletes the oldest finished Jobs of the same pipeline and object beyond `keep` (reference, section 2.10). A run has
 * one Job of it, so the first runs need not look.
 */
export async function pruneJobs(cluster: Cluster, plan: JobPlan, keep: number): Promise<void> {
  if (runNumber(plan.task.run) <= keep) return;
  const { namespace } = plan;
  const path = `${jobsPath(namespace)}${query({ labelSelector: labelSelector(ofPipeline(plan)) })}`;
  const { items } = (await cluster.ask('GET', path)) as KubernetesList<Job>;
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  for (const { metadata } of tooMany(items, keep)) {
    await cluster.ask('DELETE', jobsPath(namespace, metadata.name), { body }).catch(unless(404));
  }
}

/** The finished Jobs to delete, the oldest first. */
export function tooMany(jobs: readonly Job[], keep: number): readonly Job[] {
  const finished = jobs.filter(({ status }) => ['Complete', 'Failed'].some((type) => holds(status?.conditions, type)));
  const age = ({ metadata }: Job) => metadata.creationTimestamp ?? '';
  const oldestFirst = finished.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}

/** All that tells a pipeline's Jobs apart from others, but not one run from another. */
function ofPipeline(plan: JobPlan): Record<string, string> {
  const own = Object.keys(plan.pipeline.metadata.labels ?? {});
  const different = ['kratix.io/hash', ...own];
  return Object.fromEntries(Object.entries(jobLabels(plan)).filter(([key]) => !different.includes(key)));
}
