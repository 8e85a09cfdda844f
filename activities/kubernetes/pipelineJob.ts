import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { inputObject } from '../stages/inputObject.js';
import type { Cluster } from './cluster.js';
import { unless } from './clusterFailure.js';
import { keyAnnotation, managedBy, secretAnnotation } from './jobLabels.js';
import { jobManifest } from './jobManifest.js';
import { jobName } from './jobName.js';
import type { LiveOwner, Owned } from './jobOwner.js';
import { liveOwner, livingOwner } from './jobOwner.js';
import type { JobPlan } from './jobPlan.js';
import type { JobSettings } from './jobSettings.js';
import type { Job } from './objects.js';
import { jobsPath, secretsPath } from './paths.js';
import { clearJobs } from './clearJobs.js';
import { ensureAccess } from './ensureAccess.js';
import { untilGone } from './removeJob.js';
import type { RunSecret } from './runSecret.js';
import { ownedByJob, runSecret } from './runSecret.js';

/** Names to try when other runs have the first ones: five hexadecimal characters collide once in a million. */
const names = 4;

export interface EnsuredJob {
  readonly name: string;
  /** The Job when it was not there before. */
  readonly made?: Job;
}

/**
 * The run's Job, which is made unless it is there: whoever repeats a call after a worker's death finds the Job that
 * runs. `repeated` says that an earlier call may have died between two of these steps.
 */
export async function ensureJob(
  cluster: Cluster,
  artifacts: ArtifactStore,
  plan: JobPlan,
  settings: JobSettings,
  repeated: boolean,
): Promise<EnsuredJob> {
  const { name, job } = await findJob(cluster, plan);
  if (job !== undefined && job.metadata.deletionTimestamp === undefined) {
    if (repeated) await ensureSecret(cluster, artifacts, plan, settings, job);
    return { name };
  }
  if (job !== undefined) await untilGone(cluster, plan.namespace, name);
  return { name, made: await createJob(cluster, artifacts, plan, settings, name) };
}

/** The run's Job, and its name, which is free when there is none. */
export async function findJob(
  cluster: Cluster,
  plan: JobPlan,
): Promise<{ readonly name: string; readonly job: Job | undefined }> {
  for (let salt = 0; salt < names; salt += 1) {
    const name = jobName(plan, salt);
    const job = await getJob(cluster, plan.namespace, name);
    if (job === undefined || job.metadata.annotations?.[keyAnnotation] === plan.key) return { name, job };
  }
  throw new Error(`no name is free for a Job of ${plan.task.run}`);
}

async function getJob(cluster: Cluster, namespace: string, name: string): Promise<Job | undefined> {
  return (await cluster.ask('GET', jobsPath(namespace, name)).catch(unless(404))) as Job | undefined;
}

/**
 * Nothing when another worker was faster. The Secret comes first: a pod that waits for a volume's Secret is looked at
 * again only after a while.
 */
async function createJob(
  cluster: Cluster,
  artifacts: ArtifactStore,
  plan: JobPlan,
  settings: JobSettings,
  name: string,
): Promise<Job | undefined> {
  const live = await liveOwner(cluster, plan);
  const owned = livingOwner(plan, live);
  // Until it has its Job, the Secret goes with the Job's owner: a worker that dies here leaves nothing for ever.
  const secret = await secretOf(artifacts, plan, settings, name, owned, live);
  const { name: secretName } = secret.metadata;
  const kept = cluster.ask('POST', secretsPath(plan.namespace), { body: secret });
  /** Unless there is a Job that has it after all: an answer may get lost, and a request be sent again. */
  const withdraw = async () => {
    await kept;
    const there = await getJob(cluster, plan.namespace, name);
    if (there?.metadata.annotations?.[secretAnnotation] === secretName) return;
    await cluster.ask('DELETE', secretsPath(plan.namespace, secretName)).catch(unless(404));
  };
  let made: Job | undefined;
  try {
    await Promise.all([
      ensureAccess(cluster, plan),
      // The new Job counts too.
      clearJobs(cluster, plan, settings.jobsToKeep - 1),
      kept,
    ]);
    const body = jobManifest(plan, name, secretName, settings, owned);
    made = (await cluster.ask('POST', jobsPath(plan.namespace), { body }).catch(unless(409))) as Job | undefined;
  } catch (thrown) {
    // Why there is no Job is worth more than why its Secret is left.
    await withdraw().catch(() => undefined);
    throw thrown;
  }
  if (made !== undefined) await handOver(cluster, plan.namespace, made, secretName);
  // Another worker made the Job since we looked, with a Secret of its own.
  else await withdraw();
  return made;
}

async function secretOf(
  artifacts: ArtifactStore,
  { task, namespace }: JobPlan,
  settings: JobSettings,
  job: string,
  owned: Owned,
  { health }: LiveOwner,
): Promise<RunSecret> {
  const input = await artifacts.put(await inputObject(artifacts, task.owner, task.object, health));
  const labels = { ...managedBy, 'kratix.io/promise-name': task.owner.promise };
  return runSecret(namespace, job, labels, input, settings.receiverAuthority, owned);
}

/** Mends what a death between the steps of `createJob` left, or a person deleted. */
async function ensureSecret(
  cluster: Cluster,
  artifacts: ArtifactStore,
  plan: JobPlan,
  settings: JobSettings,
  job: Job,
): Promise<void> {
  const name = job.metadata.annotations?.[secretAnnotation] ?? '';
  const found = (await cluster.ask('GET', secretsPath(plan.namespace, name)).catch(unless(404))) as
    RunSecret | undefined;
  if (found !== undefined) return handOver(cluster, plan.namespace, job, name);
  const live = await liveOwner(cluster, plan);
  const secret = await secretOf(artifacts, plan, settings, job.metadata.name, ownedByJob(job.metadata), live);
  const body = { ...secret, metadata: { ...secret.metadata, name } };
  await cluster.ask('POST', secretsPath(plan.namespace), { body }).catch(unless(409));
}

/** From here on the garbage collector takes the Secret with the Job. */
async function handOver(cluster: Cluster, namespace: string, job: Job, secret: string): Promise<void> {
  const options = {
    body: { metadata: ownedByJob(job.metadata) },
    contentType: 'application/merge-patch+json',
  } as const;
  await cluster.ask('PATCH', secretsPath(namespace, secret), options).catch(unless(404));
}
