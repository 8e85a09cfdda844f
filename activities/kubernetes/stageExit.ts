import type { ContainerStatus, Pod, Terminated } from './objects.js';
import { holds, statusesOf } from './objects.js';
import type { HelperName } from './podContainers.js';

/** One end of one container of one pod. */
export interface StageExit {
  readonly pod: string;
  readonly container: string;
  readonly exitCode: number;
  /** Kubernetes' word: Completed, Error, OOMKilled, StartError. */
  readonly reason: string;
  /** What the container or the runtime left to say. */
  readonly message: string;
  /** The same end seen twice has the same id. */
  readonly id: string;
  /** Counts from 1, in this pod. */
  readonly attempt: number;
  /** The container runs again already, so its log is the previous one. */
  readonly previous: boolean;
  /** Whole seconds, as Kubernetes keeps times. */
  readonly seconds: number;
}

/** Ends of a pod's containers, in the order in which they run; the last two of each are all that Kubernetes tells. */
export function exitsOf(pod: Pod): StageExit[] {
  return statusesOf(pod).flatMap((status) => {
    const { state, lastState, restartCount } = status;
    const earlier = lastState?.terminated;
    const running = state?.running !== undefined;
    // While Kubernetes waits before a restart, the last end is told as an earlier one, and the restart not counted yet.
    const waits = state?.waiting?.reason === 'CrashLoopBackOff' ? 1 : 0;
    return [
      ...(earlier === undefined ? [] : [exitOf(pod, status, earlier, restartCount + waits, running)]),
      ...(state?.terminated === undefined ? [] : [exitOf(pod, status, state.terminated, restartCount + 1, false)]),
    ];
  });
}

/** Ends of the container that keeps what the stages left: a run is done when one is well. */
export function writerExits(pods: readonly Pod[]): StageExit[] {
  const writer: HelperName = 'status-writer';
  return pods.flatMap(exitsOf).filter((exit) => exit.container === writer);
}

function exitOf(pod: Pod, status: ContainerStatus, end: Terminated, attempt: number, previous: boolean): StageExit {
  const seconds = (Date.parse(end.finishedAt ?? '') - Date.parse(end.startedAt ?? '')) / 1000;
  return {
    pod: pod.metadata.name,
    container: status.name,
    exitCode: end.exitCode,
    reason: end.reason ?? '',
    message: end.message ?? '',
    id: `${pod.metadata.uid ?? pod.metadata.name}/${status.name}/${attempt}`,
    attempt,
    previous,
    // a process that never began has the epoch as its start
    seconds: seconds >= 0 && seconds < longestSeconds ? seconds : 0,
  };
}

const longestSeconds = 366 * 86_400;

/**
 * Why a pod's end is not the fault of its containers, or undefined: evicted, preempted, drained, deleted, its node
 * lost. The codes with which its containers were killed say nothing then.
 */
export function disruption(pod: Pod): string | undefined {
  const { status, metadata } = pod;
  const target = holds(status?.conditions, 'DisruptionTarget');
  if (target !== undefined) return target.message || target.reason || 'its node was disrupted';
  if (status?.reason !== undefined && nodeReasons.has(status.reason)) return status.message || status.reason;
  if (metadata.deletionTimestamp !== undefined) return 'it was deleted';
  return undefined;
}

const nodeReasons = new Set(['Evicted', 'NodeLost', 'NodeShutdown', 'Shutdown', 'Terminated', 'Preempting']);

/** The node forgot how the container ended. */
export function isUnknownEnd(exit: StageExit): boolean {
  return exit.reason === 'ContainerStatusUnknown';
}
