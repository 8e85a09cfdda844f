import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { networkAnnotation } from '../../src/documents/metadata.js';
import { PromiseDocument } from '../../src/documents/promise.js';
import { Failure, reason } from '../../src/domain/failure.js';
import type { StageResult, StageTask } from '../../src/domain/stageTask.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getJson } from '../artifacts/artifactStore.js';
import type { ContainerEngine, ContainerResult } from '../containers/container.js';
import type { ValueSources } from './containerEnvironment.js';
import { containerEnvironment, pipelineNamespace } from './containerEnvironment.js';
import { givenVolumes } from './givenVolumes.js';
import { inputObject } from './inputObject.js';
import type { StageContainer } from './stageContainer.js';
import { containerSpec, ownVolumes, stageContainer } from './stageContainer.js';
import { keep, layOut, makeSubPaths } from './stageVolumes.js';

export interface StageDependencies {
  readonly artifacts: ArtifactStore;
  readonly engine: ContainerEngine;
  readonly sources: ValueSources;
  /** For the volumes of stages that run now. */
  readonly scratch: string;
  readonly worker: string;
  readonly network: 'default' | 'none';
}

/**
 * Runs one stage to its end and keeps what it left.
 * @param attempt counts from 1; a stage that has failed as often as it may is not retryable any more
 * @param tell hears why the stage does not get on, while it goes on trying
 */
export type StageRunner = (task: StageTask, attempt: number, signal: AbortSignal, tell?: Tell) => Promise<StageResult>;

export type Tell = (line: string) => void;

/** What is done about a stage whose pod does not get on (`awaitedPod`), from outside a worker's places for stages. */
export interface AwaitedPods {
  /** Fails in the same way as long as the pod does not get on. */
  readonly awaitPod: (task: StageTask) => Promise<void>;
  /** Takes the pod away, with its Job; false when it was to be left because it gets on by now. */
  readonly withdrawPod: (order: WithdrawnPod) => Promise<boolean>;
}

export interface WithdrawnPod {
  readonly task: StageTask;
  readonly unlessBegun: boolean;
}

/** A container engine's own containers begin at once or fail. */
export const noAwaitedPods: AwaitedPods = {
  awaitPod: () => Promise.resolve(),
  withdrawPod: () => Promise.resolve(true),
};

/** Stages in podman or docker on the worker's own machine. */
export function engineStageRunner(dependencies: StageDependencies): StageRunner {
  return (task, attempt, signal) => runStage(dependencies, task, attempt, signal);
}

/** How often a stage that exits with an error is repeated when its Promise does not say. */
const defaultRepeats = 2;

/** Volumes laid out from snapshots, the container run to its end, what it left kept by digest. */
async function runStage(
  dependencies: StageDependencies,
  task: StageTask,
  attempt: number,
  signal: AbortSignal,
): Promise<StageResult> {
  const { artifacts, scratch, engine } = dependencies;
  const promise = PromiseDocument.parse(await getJson(artifacts, task.promise));
  const stage = stageContainer(promise, task);
  await mkdir(scratch, { recursive: true });
  const root = await mkdtemp(join(scratch, 'stage-'));
  try {
    const began = performance.now();
    const logFile = join(root, 'log');
    const object = () => inputObject(artifacts, task.owner, task.object);
    const directories = await layOut(artifacts, join(root, 'volumes'), task.volumes, ownVolumes(stage), object);
    await makeSubPaths(stage.container.volumeMounts ?? [], directories);
    const namespace = pipelineNamespace(task, promise.spec.workflows?.config?.pipelineNamespace);
    const spec = containerSpec(task, stage, {
      worker: dependencies.worker,
      network: networkOf(dependencies, promise, stage),
      environment: await containerEnvironment(task, stage.container, namespace, dependencies.sources),
      directories,
      given: await givenVolumes(stage, join(root, 'given'), namespace, dependencies.sources),
      logFile,
    });
    const limit = AbortSignal.timeout(task.timeoutSeconds * 1000);
    const result = await engine.run(spec, AbortSignal.any([signal, limit])).catch(async (thrown: unknown) => {
      if (!limit.aborted || signal.aborted) throw labelled(task, thrown);
      // What a stage printed before it hung is what its author needs.
      const kept = await artifacts.putFile(logFile).catch(() => undefined);
      throw timedOut(task, kept?.digest);
    });
    const log = (await artifacts.putFile(logFile)).digest;
    if (result.exitCode !== 0) throw stageFailed(task, stage, result, attempt, log);
    const volumes = await keep(artifacts, directories, task.volumes).catch((thrown: unknown) => {
      throw named(task, thrown, log);
    });
    return { volumes, log, seconds: (performance.now() - began) / 1000 };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** `none` wins whoever asks for it: the worker, the Promise or the Pipeline. */
function networkOf({ network }: StageDependencies, promise: PromiseDocument, { pipeline }: StageContainer) {
  const asked = [promise.metadata.annotations, pipeline.metadata.annotations].map(
    (notes) => notes?.[networkAnnotation],
  );
  return network === 'none' || asked.includes('none') ? 'none' : 'default';
}

function label(task: StageTask): string {
  return `pipeline "${task.pipeline}", stage "${task.stage}"`;
}

/** The engine knows images and commands; which stage it was about is ours to say. */
function labelled(task: StageTask, thrown: unknown): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  const { type, retryable, details } = thrown;
  return new Failure(type, `${label(task)}: ${reason(thrown)}`, retryable, { cause: thrown, details });
}

function timedOut(task: StageTask, log: string | undefined): Failure {
  const message = `${label(task)} was stopped: it ran longer than its limit of ${task.timeoutSeconds} s (fulfil.io/timeout)`;
  return new Failure('StageTimeout', message, false, { details: log === undefined ? undefined : { log } });
}

function stageFailed(
  task: StageTask,
  { pipeline }: StageContainer,
  result: ContainerResult,
  attempt: number,
  log: string,
): Failure {
  const repeats =
    pipeline.spec.restartPolicy === 'Never' ? 0 : (pipeline.spec.jobOptions?.backoffLimit ?? defaultRepeats);
  const how = result.outOfMemory ? 'ran out of memory' : `exited with code ${result.exitCode}`;
  const last = result.lastLine === '' ? 'it printed nothing' : `last line: ${result.lastLine}`;
  const times = attempt > 1 ? `, attempt ${attempt}` : '';
  const message = `${label(task)} ${how}${times} (${last})`;
  return new Failure('StageFailed', message, attempt <= repeats, { details: { log } });
}

function named(task: StageTask, thrown: unknown, log: string): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  return new Failure(thrown.type, `${label(task)}: /kratix: ${reason(thrown)}`, thrown.retryable, {
    cause: thrown,
    details: { log },
  });
}
