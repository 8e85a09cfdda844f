import type { Cluster } from './cluster.js';
import { isJobOf, jobLabels, managedBy, runAnnotation } from './jobLabels.js';
import type { JobPlan } from './jobPlan.js';
import type { Job, KubernetesList } from './objects.js';
import { isFinished } from './objects.js';
import { jobsPath, labelSelector, query } from './paths.js';
import { podsOf } from './podFollower.js';
import { deleteJob, removeJob } from './removeJob.js';
import { writerExits } from './stageExit.js';

/**
 * Makes room for a run's Job. What an earlier run of the object left running goes first, because nobody follows it: a run
 * that is stopped between two attempts of a stage has no activity that could take its Job along, and one that was lost with
 * Temporal's database left it to whoever comes. Then the oldest finished Jobs of the same pipeline beyond `keep`
 * (reference, section 2.10).
 */
export async function clearJobs(cluster: Cluster, plan: JobPlan, keep: number): Promise<void> {
  const { namespace, task } = plan;
  const selector = labelSelector(labelsOf(plan, objectLabels));
  const path = `${jobsPath(namespace)}${query({ labelSelector: selector })}`;
  const { items } = (await cluster.ask('GET', path)) as KubernetesList<Job>;
  const ofObject = items.filter((job) => isJobOf(task.owner, job));
  const isOfPipeline = hasLabels(labelsOf(plan, ['kratix.io/workflow-action', 'kratix.io/pipeline-name']));
  const isOurs = (job: Job) => job.metadata.annotations?.[runAnnotation] === task.run && !isOfPipeline(job);
  const left = ofObject.filter((job) => !isFinished(job) && !isOurs(job));
  await Promise.all(left.map((job) => removeLeft(cluster, namespace, job)));
  for (const { metadata } of tooMany(ofObject.filter(isOfPipeline), keep)) {
    await deleteJob(cluster, namespace, metadata.name);
  }
}

/**
 * A run is done when its outputs are kept, and its Job is complete some moments later; one whose pods have failed may
 * have another.
 */
async function removeLeft(cluster: Cluster, namespace: string, { metadata: { name } }: Job): Promise<void> {
  const pods = await podsOf(cluster, namespace, name);
  const isDone = writerExits(pods).some(({ exitCode }) => exitCode === 0);
  if (!isDone) await removeJob(cluster, namespace, name);
}

/** The finished Jobs to delete, the oldest first. */
export function tooMany(jobs: readonly Job[], keep: number): readonly Job[] {
  const age = ({ metadata }: Job) => metadata.creationTimestamp ?? '';
  const oldestFirst = jobs.filter(isFinished).toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}

const objectLabels = [
  ...Object.keys(managedBy),
  'kratix.io/promise-name',
  'kratix.io/workflow-type',
  'kratix.io/resource-name',
];

function hasLabels(wanted: Readonly<Record<string, string>>): (job: Job) => boolean {
  return ({ metadata }) => Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value);
}

/** Those of these labels that the Pipeline has not overwritten with its own. */
function labelsOf(plan: JobPlan, keys: readonly string[]): Record<string, string> {
  const own = plan.pipeline.metadata.labels ?? {};
  return Object.fromEntries(
    Object.entries(jobLabels(plan)).filter(([key]) => keys.includes(key) && !Object.hasOwn(own, key)),
  );
}
