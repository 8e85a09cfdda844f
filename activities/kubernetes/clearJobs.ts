import { runNumber } from '../../src/domain/ids.js';
import type { Cluster } from './cluster.js';
import { unless } from './clusterFailure.js';
import { jobLabels, runAnnotation } from './jobLabels.js';
import type { JobPlan } from './jobPlan.js';
import type { Job, KubernetesList } from './objects.js';
import { holds, isOver } from './objects.js';
import { jobsPath, labelSelector, query } from './paths.js';
import { podsOf } from './podFollower.js';
import { removeJob } from './removeJob.js';

/**
 * Makes room for a run's Job. What an earlier run of the object left running goes first, because nobody follows it: a run
 * that is stopped between two attempts of a stage has no activity that could take its Job along. Then the oldest finished
 * Jobs of the same pipeline beyond `keep` (reference, section 2.10). The first run has nothing before it.
 */
export async function clearJobs(cluster: Cluster, plan: JobPlan, keep: number): Promise<void> {
  const { namespace, task } = plan;
  if (runNumber(task.run) === 1) return;
  const path = `${jobsPath(namespace)}${query({ labelSelector: labelSelector(labelsOf(plan, objectLabels)) })}`;
  const { items } = (await cluster.ask('GET', path)) as KubernetesList<Job>;
  const before = items.filter(({ metadata }) => metadata.annotations?.[runAnnotation] !== task.run);
  await Promise.all(before.filter((job) => !isFinished(job)).map((job) => removeLeft(cluster, namespace, job)));
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  for (const { metadata } of tooMany(items.filter(isOfPipeline(plan)), keep)) {
    await cluster.ask('DELETE', jobsPath(namespace, metadata.name), { body }).catch(unless(404));
  }
}

/** A Job is finished a moment after its pods. */
async function removeLeft(cluster: Cluster, namespace: string, { metadata: { name } }: Job): Promise<void> {
  const pods = await podsOf(cluster, namespace, name);
  if (pods.length === 0 || !pods.every(isOver)) await removeJob(cluster, namespace, name);
}

/** The finished Jobs to delete, the oldest first. */
export function tooMany(jobs: readonly Job[], keep: number): readonly Job[] {
  const age = ({ metadata }: Job) => metadata.creationTimestamp ?? '';
  const oldestFirst = jobs.filter(isFinished).toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}

function isFinished({ status }: Job): boolean {
  return ['Complete', 'Failed'].some((type) => holds(status?.conditions, type) !== undefined);
}

const objectLabels = [
  'app.kubernetes.io/managed-by',
  'kratix.io/promise-name',
  'kratix.io/workflow-type',
  'kratix.io/resource-name',
  'kratix.io/resource-namespace',
];
const pipelineLabels = ['kratix.io/workflow-action', 'kratix.io/pipeline-name'];

function isOfPipeline(plan: JobPlan): (job: Job) => boolean {
  const wanted = Object.entries(labelsOf(plan, pipelineLabels));
  return ({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value);
}

/** Those of these labels that the Pipeline has not overwritten with its own. */
function labelsOf(plan: JobPlan, keys: readonly string[]): Record<string, string> {
  const own = plan.pipeline.metadata.labels ?? {};
  const known = Object.entries(jobLabels(plan));
  return Object.fromEntries(known.filter(([key]) => keys.includes(key) && !Object.hasOwn(own, key)));
}
