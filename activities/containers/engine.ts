import { Failure } from '../../src/domain/failure.js';
import { attemptRun, type AttemptEnd } from './attempt.js';
import type { ContainerEngine, ContainerResult, ContainerSpec } from './container.js';
import { containerEvents } from './containerEvents.js';
import { containerName } from './containerName.js';
import { removeContainer, type EngineChoice } from './engineCommand.js';
import { stageUser } from './imageUser.js';
import { openMounts, reclaimMounts } from './mountAccess.js';
import { lastLine } from './outputLog.js';
import { createFailure, isNameConflict, isRuntimeComplaint, startFailure } from './startFailure.js';
import { sweepContainers } from './sweep.js';

export interface EngineOptions extends EngineChoice {
  /** Image of this machine that has chmod; a docker worker that is not root gets its files back with it. */
  readonly baseImage: string;
}

/** 128 + SIGKILL: what the kernel's memory limit leaves behind. */
const KILLED = 137;

/** Containers through the command line of podman or docker. */
export function containerEngine(options: EngineOptions): ContainerEngine {
  return {
    name: options.name,
    run: (spec, signal) => runStage(options, spec, signal),
    sweep: (isAlive) => sweepContainers(options, isAlive),
  };
}

async function runStage(options: EngineOptions, spec: ContainerSpec, signal: AbortSignal): Promise<ContainerResult> {
  signal.throwIfAborted();
  const user = await stageUser(options, spec, signal);
  await openMounts(spec.mounts);
  const reclaim = (): Promise<void> => reclaimMounts(options, options.baseImage, spec.mounts);
  const result = await runNamed(options, spec, user, signal).catch(async (thrown: unknown) => {
    await reclaim().catch(() => undefined); // what the stage died of says more
    throw thrown;
  });
  await reclaim();
  return result;
}

async function runNamed(
  options: EngineOptions,
  spec: ContainerSpec,
  user: string | undefined,
  signal: AbortSignal,
): Promise<ContainerResult> {
  const name = containerName(spec.key);
  const first = await attemptRun(options, spec, name, user, signal);
  if (first.id !== undefined || !isNameConflict(first.output)) return meaning(options, spec, first);
  // the same key can only be an earlier attempt's: its worker died, or it is just being stopped
  await removeContainer(options, name);
  return meaning(options, spec, await attemptRun(options, spec, name, user, signal));
}

async function meaning(options: EngineOptions, spec: ContainerSpec, end: AttemptEnd): Promise<ContainerResult> {
  const { exitCode, id, output } = end;
  if (exitCode === undefined) {
    if (id !== undefined) await removeContainer(options, id);
    throw new Failure('EngineUnavailable', `${options.name} was killed while it ran a stage`, true);
  }
  if (id === undefined) throw createFailure(options, spec.image, output);
  // 125 to 127 are the engine's own codes, yet a stage may end with them too: then it was started
  if (exitCode >= 125 && exitCode <= 127) {
    const events = await containerEvents(options, id, end.startedAt);
    // A machine without watches or with a full log of events tells of none: then the engine's own words have to do.
    const neverBegan = events.size === 0 ? isRuntimeComplaint(output) : events.has('create') && !events.has('start');
    if (neverBegan) {
      await removeContainer(options, id);
      throw startFailure(options, spec, exitCode, output);
    }
  }
  return { exitCode, outOfMemory: await isOutOfMemory(options, spec, end, id), lastLine: lastLine(output) };
}

/**
 * docker tells. podman forgets with --rm, and on cgroups v1 never knows; a container with a memory limit that was
 * killed by nobody we know of ran into it.
 */
async function isOutOfMemory(
  options: EngineOptions,
  spec: ContainerSpec,
  end: AttemptEnd,
  id: string,
): Promise<boolean> {
  if (end.exitCode !== KILLED || spec.limits.memoryBytes === undefined) return false;
  if (options.name === 'podman') return true;
  return (await containerEvents(options, id, end.startedAt)).has('oom');
}
