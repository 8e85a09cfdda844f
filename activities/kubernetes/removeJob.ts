import { Failure } from '../../src/domain/failure.js';
import type { Cluster } from './cluster.js';
import { codeOf, unless } from './clusterFailure.js';
import { holds, type Job, type Pod } from './objects.js';
import { pause } from './pause.js';
import { jobsPath } from './paths.js';
import type { Seen } from './podFollower.js';
import { followJob } from './podFollower.js';

/** A pod's own 30 s of grace, a busy kubelet, and a margin; within the 2 minutes that an activity has on top. */
const goneMillis = 75_000;
/** An API server that restarts is back by then; a stage nobody waits for must not run on because it was away. */
const patienceMillis = 30_000;
const pauseMillis = 500;

/** The annotation that tells why a Job was ended, for whoever comes after a worker that died in between. */
export const failureAnnotation = 'fulfil.io/failure';

/** Deletes the Job; returns when it and its pods are gone, or a node that does not answer keeps them for too long. */
export async function removeJob(cluster: Cluster, namespace: string, name: string): Promise<void> {
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
  await persistently(() => cluster.ask('DELETE', jobsPath(namespace, name), { body }));
  await untilGone(cluster, namespace, name);
}

/** Deletes a Job that nobody waits for; its pods go after it. */
export async function deleteJob(cluster: Cluster, namespace: string, name: string): Promise<void> {
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  await cluster.ask('DELETE', jobsPath(namespace, name), { body }).catch(unless(404));
}

/**
 * Ends the Job and keeps it as a failed one to be looked at: no deadline is as short as this. Suspending it would look
 * like a command of its owner (reference, section 2.10).
 */
export async function failJob(cluster: Cluster, namespace: string, name: string, failure: Failure): Promise<void> {
  const annotations = { [failureAnnotation]: `${failure.type} ${failure.message}` };
  const body = { metadata: { annotations }, spec: { activeDeadlineSeconds: 1 } };
  const options = { body, contentType: 'application/merge-patch+json' } as const;
  await persistently(() => cluster.ask('PATCH', jobsPath(namespace, name), options));
  await until(cluster, namespace, name, ({ job, pods }) => isFailed(job) && pods.every(isOver));
}

/** What `failJob` left to be read. */
export function failureOf(job: Job): Failure | undefined {
  const [, type, message] = /^(\w+) ([^]*)$/.exec(job.metadata.annotations?.[failureAnnotation] ?? '') ?? [];
  return type === undefined || message === undefined ? undefined : new Failure(type, message, false);
}

export async function untilGone(cluster: Cluster, namespace: string, name: string): Promise<void> {
  await until(cluster, namespace, name, ({ job, pods }) => job === undefined && pods.length === 0);
}

async function until(cluster: Cluster, namespace: string, name: string, isSo: (seen: Seen) => boolean): Promise<void> {
  for await (const seen of followJob(cluster, namespace, name, AbortSignal.timeout(goneMillis))) {
    if (isSo(seen)) return;
  }
}

function isFailed(job: Job | undefined): boolean {
  return job === undefined || holds(job.status?.conditions, 'Failed') !== undefined;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** A Job that is gone already is as good as removed. */
async function persistently(request: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + patienceMillis;
  for (;;) {
    try {
      await request();
      return;
    } catch (thrown) {
      if (codeOf(thrown) === 404) return;
      const passing = thrown instanceof Failure && thrown.type === 'ClusterUnavailable';
      if (!passing || performance.now() > end) throw thrown;
      await pause(pauseMillis);
    }
  }
}
