import { Failure } from '../../src/domain/failure.js';
import type { StageTask } from '../../src/domain/stageTask.js';
import { awaitedPod } from '../../src/domain/stageTask.js';
import type { HelperName } from './podContainers.js';
import type { PodTrouble } from './podTrouble.js';
import type { StageExit } from './stageExit.js';

/** Messages read as those of stages in podman or docker do (activities/stages/stageRunner.ts). */
export function labelOf(task: StageTask, container = task.stage): string {
  return `pipeline "${task.pipeline}", ${isHelper(container) ? 'container' : 'stage'} "${container}"`;
}

export function isHelper(container: string): boolean {
  const helpers: readonly string[] = ['reader', 'status-writer'] satisfies HelperName[];
  return helpers.includes(container);
}

export interface KeptLog {
  readonly digest: string;
  readonly lastLine: string;
}

/** A stage that ended badly as often as its Pipeline lets it. */
export function stageFailed(task: StageTask, exit: StageExit, log: KeptLog): Failure {
  const how = exit.reason === 'OOMKilled' ? 'ran out of memory' : `exited with code ${exit.exitCode}`;
  const times = exit.attempt > 1 ? `, attempt ${exit.attempt}` : '';
  const last = log.lastLine === '' ? 'it printed nothing' : `last line: ${log.lastLine}`;
  const message = `${labelOf(task, exit.container)} ${how}${times} (${last})`;
  const details = { details: { log: log.digest } };
  // A helper that fails is the platform's fault: a new Job may do better.
  return isHelper(exit.container)
    ? new Failure('HelperFailed', message, true, details)
    : new Failure('StageFailed', message, false, details);
}

export function neverBegan(exit: StageExit): boolean {
  return exit.reason === 'StartError' || exit.reason === 'ContainerCannotRun';
}

export function stageNeverBegan(task: StageTask, exit: StageExit): Failure {
  return new Failure('StageRefused', `${labelOf(task, exit.container)} cannot be started: ${exit.message}`, false);
}

export function stageTimedOut(task: StageTask, waiting: string | undefined, log: KeptLog | undefined): Failure {
  const where = waiting === undefined ? '' : `; ${waiting}`;
  const message = `${labelOf(task)} was stopped: it ran longer than its limit of ${task.timeoutSeconds} s (fulfil.io/timeout)${where}`;
  return new Failure('StageTimeout', message, false, log && { details: { log: log.digest } });
}

/** The helper's termination message when the worker has kept what the stages left: digests of the two snapshots. */
export function keptVolumes(message: string): { readonly output: string; readonly metadata: string } | undefined {
  const [, output, metadata] = /^kept ([0-9a-f]{64}) ([0-9a-f]{64})\s*$/.exec(message) ?? [];
  return output === undefined || metadata === undefined ? undefined : { output, metadata };
}

/** The helper's termination message says why the worker would not keep what the stages left. */
export function outputRefused(task: StageTask, message: string, log: string | undefined): Failure | undefined {
  const [, type, text] = /^refused (\w+) ([^]*)$/.exec(message.trim()) ?? [];
  if (type === undefined || text === undefined) return undefined;
  return new Failure(type, `${labelOf(task)}: /kratix: ${text}`, false, log === undefined ? {} : { details: { log } });
}

/** Its pod is gone and Kubernetes made no other: the next attempt makes a new Job, whose stages all run again. */
export function podLost(task: StageTask, why: string): Failure {
  return new Failure('PodLost', `${labelOf(task)} lost its pod: ${why}`, true);
}

/** Something that no waiting brings: an image whose name is none, a user that is root where that is forbidden. */
export function hopelessFailure(task: StageTask, { kind, image, message, container }: PodTrouble): Failure {
  return kind === 'image'
    ? new Failure('ImageNotFound', `image ${image} cannot be pulled: ${message}`, false)
    : new Failure('StageRefused', `${labelOf(task, container)} cannot be started: ${message}`, false);
}

export function podAwaited(task: StageTask, why: string): Failure {
  return new Failure(awaitedPod, `${labelOf(task)} does not get on: ${why}`, true);
}
