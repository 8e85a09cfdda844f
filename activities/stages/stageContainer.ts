import type { Container } from '../../src/documents/container.js';
import type { Pipeline } from '../../src/documents/pipeline.js';
import type { PromiseDocument } from '../../src/documents/promise.js';
import { toRecord } from '../../src/documents/toRecord.js';
import { Failure } from '../../src/domain/failure.js';
import { escapes } from '../../src/domain/storePath.js';
import type { StageTask } from '../../src/domain/stageTask.js';
import type { ContainerSecurity, ContainerSpec, Mount } from '../containers/container.js';
import { quantity } from './quantity.js';
import type { StageDirectories } from './stageVolumes.js';

/** Kratix's default limits of a stage (reference, section 2.2). */
const defaultLimits = { cpu: '200m', memory: '256Mi' } as const;
/** Enough for build tools, too few for a fork bomb to hurt the worker. */
const pidsLimit = 512;
/** What a person still reads; the rest of a runaway log would only fill the disk. */
const logLimitBytes = 10 * 2 ** 20;
/** Kubernetes' terminationGracePeriodSeconds. */
const graceSeconds = 30;

export interface StageContainer {
  readonly pipeline: Pipeline;
  readonly container: Container;
}

/** Finds the task's container in the Promise document. */
export function stageContainer(promise: PromiseDocument, task: StageTask): StageContainer {
  const pipelines = promise.spec.workflows?.[task.owner.type]?.[task.action] ?? [];
  const pipeline = pipelines.find((candidate) => candidate.metadata.name === task.pipeline);
  const container = pipeline?.spec.containers.find((candidate) => candidate.name === task.stage);
  if (pipeline !== undefined && container !== undefined) return { pipeline, container };
  throw new Failure('StageRefused', `stage "${task.stage}" is not part of pipeline "${task.pipeline}"`, false);
}

/** Names of the pipeline's emptyDir volumes; other kinds of volume need Kubernetes or are laid out by name. */
export function ownVolumes({ pipeline }: StageContainer): string[] {
  return (pipeline.spec.volumes ?? []).filter((volume) => 'emptyDir' in volume).map((volume) => volume.name);
}

export interface StageSurroundings {
  readonly worker: string;
  readonly network: 'default' | 'none';
  readonly environment: Readonly<Record<string, string>>;
  readonly directories: StageDirectories;
  /** Directories of Secret and ConfigMap volumes, by volume name. */
  readonly given: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export function containerSpec(task: StageTask, stage: StageContainer, around: StageSurroundings): ContainerSpec {
  const { container } = stage;
  const limits = { ...defaultLimits, ...container.resources?.limits };
  return {
    // With the object's uid: another platform on this machine may have a run of the same name.
    key: `${task.run}/${task.pipeline}/${task.stage}/${task.object.uid}`,
    worker: around.worker,
    image: container.image,
    command: container.command,
    args: container.args,
    env: around.environment,
    pull: container.imagePullPolicy ?? (isMovingTag(container.image) ? 'Always' : 'IfNotPresent'),
    network: around.network,
    limits: { cpus: quantity(limits.cpu), memoryBytes: quantity(limits.memory), pids: pidsLimit },
    security: security(container),
    mounts: mounts(task, stage, around),
    logFile: around.logFile,
    logLimitBytes,
    graceSeconds,
  };
}

/** Kubernetes pulls `:latest` anew each time; images that only exist here must not be asked for elsewhere. */
function isMovingTag(image: string): boolean {
  if (image.startsWith('localhost/')) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !image.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

/** The three volumes of the contract (reference, section 2.4), then the pipeline's own. */
function mounts(task: StageTask, { container }: StageContainer, around: StageSurroundings): Mount[] {
  const { directories, given } = around;
  const own = (container.volumeMounts ?? []).map((mount): Mount => {
    const host = directories.own[mount.name] ?? given[mount.name];
    if (host !== undefined) {
      const sub = mount.subPath === undefined ? '' : `/${insideVolume(task, mount.subPath)}`;
      return { host: `${host}${sub}`, path: mount.mountPath, readOnly: mount.readOnly === true || mount.name in given };
    }
    const message = `stage "${task.stage}": volume "${mount.name}" is neither emptyDir, secret nor configMap; other kinds need Kubernetes`;
    throw new Failure('StageRefused', message, false);
  });
  return [
    { host: directories.input, path: '/kratix/input', readOnly: true },
    { host: directories.output, path: '/kratix/output', readOnly: false },
    { host: directories.metadata, path: '/kratix/metadata', readOnly: false },
    ...own,
  ];
}

/** A part of a volume; with `..` it would be any folder of the worker's machine. */
function insideVolume(task: StageTask, subPath: string): string {
  if (!escapes(subPath)) return subPath;
  throw new Failure('StageRefused', `stage "${task.stage}": subPath "${subPath}" leads out of its volume`, false);
}

function security(container: Container): ContainerSecurity {
  const context: Record<string, unknown> = container.securityContext ?? {};
  const capabilities = toRecord(context['capabilities']) ?? {};
  return {
    user: numberOf(context['runAsUser']),
    group: numberOf(context['runAsGroup']),
    nonRoot: context['runAsNonRoot'] === true,
    readOnlyRoot: context['readOnlyRootFilesystem'] === true,
    privileged: context['privileged'] === true,
    allowPrivilegeEscalation: context['allowPrivilegeEscalation'] !== false,
    addCapabilities: wordsOf(capabilities['add']),
    dropCapabilities: wordsOf(capabilities['drop']),
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function wordsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}
