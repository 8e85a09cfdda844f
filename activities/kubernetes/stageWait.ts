import { Failure } from '../../src/domain/failure.js';
import type { JobPlan } from './jobPlan.js';
import { isLastStage } from './jobPlan.js';
import type { Job, Pod } from './objects.js';
import { holds } from './objects.js';
import type { Seen } from './podFollower.js';
import type { PodStanding } from './podStanding.js';
import { podlessStanding, podStanding } from './podStanding.js';
import type { PodTrouble } from './podTrouble.js';
import { saysWhy, troubleOf } from './podTrouble.js';
import { failureOf } from './removeJob.js';
import type { StageExit } from './stageExit.js';
import { disruption, exitsOf, isUnknownEnd, writerExits } from './stageExit.js';
import type { KeptLog } from './stageFailure.js';
import {
  hopelessFailure,
  isHelper,
  keptVolumes,
  neverBegan,
  outputRefused,
  podAwaited,
  podLost,
  stageFailed,
  stageNeverBegan,
} from './stageFailure.js';
import type { Verdict } from './verdict.js';

export interface StageWait {
  /** Judges what is seen; reads a log once for every end of a container that matters. */
  see(seen: Seen): Promise<Verdict>;
  /** Why the stage does not get on: what its pod waits for, or how its containers ended that Kubernetes restarts. */
  waiting(): string | undefined;
}

/** What is not in the objects that are followed. */
export interface ClusterWords {
  readonly readLog: (exit: StageExit) => Promise<KeptLog>;
  readonly readRefusal: (job: Job) => Promise<string | undefined>;
}

/**
 * How long a call stays with a pod that does not get on: kubelets ask again after 10, 20 and 40 seconds, and a registry
 * that restarts or a Secret that is just being made is there by then. Afterwards its place is for others.
 */
const heldMillis = 60_000;
/** A Job is complete after its pod; a watch of pods that is a little behind, or not begun, is there well within this. */
const settleMillis = 20_000;

const wait: Verdict = { kind: 'wait' };
const runs: Verdict = { kind: 'runs' };

/** One stage of a Job, followed through restarts of its container and replacements of its pod. */
export function stageWait(plan: JobPlan, { readLog, readRefusal }: ClusterWords, patience = heldMillis): StageWait {
  const { task } = plan;
  const read = new Map<string, KeptLog>();
  let own: { readonly exit: StageExit; readonly log: KeptLog } | undefined;
  let failed: { readonly exit: StageExit; readonly log: KeptLog } | undefined;
  let disrupted: string | undefined;
  let trouble: PodTrouble | undefined;
  let heldSince: number | undefined;
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

  /** A back-off's message may leave out what the attempt before it said. */
  function remember(found: PodTrouble | undefined): PodTrouble | undefined {
    const isSame = found?.pod === trouble?.pod && found?.container === trouble?.container;
    if (found === undefined || !isSame || saysWhy(found)) trouble = found;
    return trouble;
  }

  async function standingOf(job: Job, pods: readonly Pod[]): Promise<PodStanding> {
    const newest = pods.findLast((pod) => disruption(pod) === undefined);
    if (newest !== undefined) {
      podlessSince = undefined;
      return podStanding(newest, task, remember(troubleOf(newest)));
    }
    podlessSince ??= performance.now();
    return podlessStanding(job, performance.now() - podlessSince, disrupted, () => readRefusal(job));
  }

  /** Whether its pod gets on; given up to be looked at from time to time when it has not for a while. */
  async function underWay(job: Job, pods: readonly Pod[]): Promise<Verdict> {
    const standing = await standingOf(job, pods);
    pending = standing.kind === 'held' ? standing.why : standing.kind === 'begun' ? standing.remark : undefined;
    if (standing.kind === 'hopeless') return { kind: 'end', failure: hopelessFailure(task, standing.trouble) };
    if (standing.kind !== 'held') {
      heldSince = undefined;
      return standing.kind === 'begun' ? runs : wait;
    }
    heldSince ??= performance.now();
    if (performance.now() - heldSince < patience) return wait;
    return { kind: 'throw', failure: podAwaited(task, standing.why) };
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
        if (performance.now() - completeSince < settleMillis) return runs;
        return { kind: 'remove', failure: podLost(task, 'it was removed before its outputs were known') };
      }
      return underWay(job, pods);
    },
    waiting: () => pending ?? (failed && restarting(stageFailed(task, failed.exit, failed.log))),
  };
}

function restarting({ message }: Failure): string {
  return `${message}; Kubernetes tries again`;
}
