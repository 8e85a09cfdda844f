import { Failure } from '../../src/domain/failure.js';
import type { JobPlan } from './jobPlan.js';
import { isLastStage } from './jobPlan.js';
import type { Job, Pod } from './objects.js';
import { holds } from './objects.js';
import { pendingReason, podlessReason } from './pendingReason.js';
import type { Seen } from './podFollower.js';
import type { PodTrouble } from './podTrouble.js';
import { saysWhy, troubleOf } from './podTrouble.js';
import { failureOf } from './removeJob.js';
import type { StageExit } from './stageExit.js';
import { disruption, exitsOf, isUnknownEnd, writerExits } from './stageExit.js';
import type { KeptLog } from './stageFailure.js';
import {
  isHelper,
  keptVolumes,
  neverBegan,
  outputRefused,
  podLost,
  stageFailed,
  stageNeverBegan,
  troubleFailure,
} from './stageFailure.js';
import type { Verdict } from './verdict.js';

export interface StageWait {
  /** Judges what is seen; reads a log once for every end of a container that matters. */
  see(seen: Seen): Promise<Verdict>;
  /** Why the stage does not get on: what its pod waits for, or how its containers ended that Kubernetes restarts. */
  waiting(): string | undefined;
}

/**
 * How long an image may be missing, a Secret be absent: kubelets ask again after 10, 20 and 40 seconds, and a registry
 * that restarts or a Secret that is just being made is there by then.
 */
export const troubleMillis = 60_000;
/** A Job is complete after its pod; a watch of pods that is a little behind, or not begun, is there well within this. */
const settleMillis = 20_000;

const wait: Verdict = { kind: 'wait' };

/** One stage of a Job, followed through restarts of its container and replacements of its pod. */
export function stageWait(
  plan: JobPlan,
  readLog: (exit: StageExit) => Promise<KeptLog>,
  patience = troubleMillis,
): StageWait {
  const { task } = plan;
  const read = new Map<string, KeptLog>();
  let own: { readonly exit: StageExit; readonly log: KeptLog } | undefined;
  let failed: { readonly exit: StageExit; readonly log: KeptLog } | undefined;
  let disrupted: string | undefined;
  let trouble: { readonly key: string; readonly since: number; readonly last: PodTrouble } | undefined;
  let completeSince: number | undefined;
  let podlessSince: number | undefined;
  let pending: string | undefined;

  async function logOf(exit: StageExit): Promise<KeptLog> {
    const log = read.get(exit.id) ?? (await readLog(exit));
    read.set(exit.id, log);
    return log;
  }

  async function learn(pods: readonly Pod[]): Promise<void> {
    for (const pod of pods) {
      const exits = exitsOf(pod);
      const success = exits.find((exit) => exit.container === task.stage && exit.exitCode === 0);
      if (success !== undefined && own?.exit.id !== success.id) own = { exit: success, log: await logOf(success) };
      const why = disruption(pod);
      disrupted = why ?? disrupted;
      const bad = exits.filter((exit) => exit.exitCode !== 0 && !isUnknownEnd(exit)).at(-1);
      if (bad !== undefined && why === undefined) failed = { exit: bad, log: await logOf(bad) };
    }
  }

  function delivered(pods: readonly Pod[]): Verdict | undefined {
    const ends = writerExits(pods);
    const kept = ends.map((exit) => (exit.exitCode === 0 ? keptVolumes(exit.message) : undefined)).find(Boolean);
    if (kept !== undefined && own !== undefined) {
      const volumes = { ...kept, own: {} };
      return { kind: 'done', result: { volumes, log: own.log.digest, seconds: own.exit.seconds } };
    }
    const refused = ends.map((exit) => outputRefused(task, exit.message, own?.log.digest)).find(Boolean);
    return refused && { kind: 'end', failure: refused };
  }

  /** Something that keeps a container from starting, once it has lasted. */
  function stuck(job: Job, pods: readonly Pod[]): Verdict {
    const newest = pods.findLast((pod) => disruption(pod) === undefined);
    if (newest === undefined) {
      podlessSince ??= performance.now();
      pending = podlessReason(job.metadata.name, performance.now() - podlessSince, disrupted);
      trouble = undefined;
      return wait;
    }
    podlessSince = undefined;
    const found = troubleOf(newest);
    pending = pendingReason(newest, task.stage, found);
    if (found === undefined) {
      trouble = undefined;
      return wait;
    }
    const key = `${found.pod}/${found.container}`;
    const before = trouble?.key === key ? trouble : undefined;
    const last = before === undefined || saysWhy(found) ? found : before.last;
    trouble = { key, since: before?.since ?? performance.now(), last };
    if (!found.hopeless && performance.now() - trouble.since < patience) return wait;
    const failure = troubleFailure(task, last);
    return { kind: failure.retryable ? 'throw' : 'end', failure };
  }

  function jobFailed(job: Job): Verdict {
    const written = failureOf(job);
    if (written !== undefined) return { kind: 'throw', failure: written };
    if (failed !== undefined) {
      const failure = stageFailed(task, failed.exit, failed.log);
      return { kind: isHelper(failed.exit.container) ? 'remove' : 'throw', failure };
    }
    if (disrupted !== undefined) return { kind: 'remove', failure: podLost(task, disrupted) };
    const { reason = '', message = reason } = holds(job.status?.conditions, 'Failed') ?? {};
    const line = `pipeline "${task.pipeline}" failed: ${message}`;
    return { kind: 'throw', failure: new Failure('StageFailed', line, false) };
  }

  return {
    async see({ job, pods }) {
      if (job === undefined || job.metadata.deletionTimestamp !== undefined) {
        return { kind: 'throw', failure: podLost(task, 'its Job was deleted') };
      }
      await learn(pods);
      if (own !== undefined && !isLastStage(plan)) {
        return { kind: 'done', result: { volumes: task.volumes, log: own.log.digest, seconds: own.exit.seconds } };
      }
      const verdict = delivered(pods);
      if (verdict !== undefined) return verdict;
      if (failed !== undefined && neverBegan(failed.exit)) {
        return { kind: 'end', failure: stageNeverBegan(task, failed.exit) };
      }
      if (holds(job.status?.conditions, 'Failed') !== undefined) return jobFailed(job);
      if (holds(job.status?.conditions, 'Complete') !== undefined) {
        completeSince ??= performance.now();
        if (performance.now() - completeSince < settleMillis) return wait;
        return { kind: 'remove', failure: podLost(task, 'it was removed before its outputs were known') };
      }
      return stuck(job, pods);
    },
    waiting: () => pending ?? (failed && restarting(stageFailed(task, failed.exit, failed.log))),
  };
}

function restarting({ message }: Failure): string {
  return `${message}; Kubernetes tries again`;
}
