import type { ArtifactStore } from '../artifacts/artifactStore.js';
import type { AwaitedPods } from '../stages/stageRunner.js';
import type { Cluster } from './cluster.js';
import type { JobPlan } from './jobPlan.js';
import { planJob } from './jobPlan.js';
import type { Job } from './objects.js';
import { isFinished } from './objects.js';
import { findJob } from './pipelineJob.js';
import { podsOf } from './podFollower.js';
import { podRefusal } from './podRefusal.js';
import { podlessStanding, podStanding } from './podStanding.js';
import { removeJob } from './removeJob.js';
import { disruption } from './stageExit.js';
import { podAwaited } from './stageFailure.js';

/** Looks at pods that do not get on: two requests each time, and no watch. */
export function awaitedPods(artifacts: ArtifactStore, cluster: Cluster): AwaitedPods {
  return {
    async awaitPod(task) {
      const plan = await planJob(artifacts, task);
      const { job } = await findJob(cluster, plan);
      const why = job && (await whyNot(cluster, plan, job));
      if (why !== undefined) throw podAwaited(task, why);
    },
    async withdrawPod({ task, unlessBegun }) {
      const plan = await planJob(artifacts, task);
      const { name, job } = await findJob(cluster, plan);
      if (job === undefined) return true;
      if (unlessBegun && (await whyNot(cluster, plan, job)) === undefined) return false;
      await removeJob(cluster, plan.namespace, name);
      return true;
    },
  };
}

/** Why the Job's pod does not get on; nothing where it does, and where the stage's own call has to say what is wrong. */
async function whyNot(cluster: Cluster, { namespace, task }: JobPlan, job: Job): Promise<string | undefined> {
  const { name, deletionTimestamp } = job.metadata;
  if (isFinished(job) || deletionTimestamp !== undefined) return undefined;
  const pods = await podsOf(cluster, namespace, name);
  const lost = pods.map(disruption).findLast((why) => why !== undefined);
  const newest = pods.findLast((pod) => disruption(pod) === undefined);
  const standing =
    newest === undefined
      ? await podlessStanding(job, Infinity, lost, () => podRefusal(cluster, job))
      : podStanding(newest, task);
  switch (standing.kind) {
    case 'held':
      return standing.why;
    case 'coming':
      return 'its pod begins';
    case 'hopeless':
    case 'begun':
      return undefined;
  }
}
