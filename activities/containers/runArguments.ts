import { Failure } from '../../src/domain/failure.js';
import type { ContainerSecurity, ContainerSpec, Mount } from './container.js';
import type { EngineChoice } from './engineCommand.js';

export const WORKER_LABEL = 'fulfil.io/worker';
export const KEY_LABEL = 'fulfil.io/key';
/** Containers of one key have one name; this tells a stopped attempt's from its successor's. */
export const ATTEMPT_LABEL = 'fulfil.io/attempt';

export interface AttemptFiles {
  /** Another for each attempt. */
  readonly attempt: string;
  readonly environment: string;
  /** The engine writes the container's id here once it is created. */
  readonly id: string;
}

/** The command line of one stage. Each value is joined to its flag, so that none can be read as another flag. */
export function runArguments(
  engine: EngineChoice,
  spec: ContainerSpec,
  name: string,
  user: string | undefined,
  files: AttemptFiles,
): readonly string[] {
  const [entrypoint, ...commandRest] = spec.command ?? [];
  return [
    'run',
    ...engine.runArgs,
    '--rm',
    `--name=${name}`,
    `--label=${WORKER_LABEL}=${spec.worker}`,
    `--label=${KEY_LABEL}=${spec.key}`,
    `--label=${ATTEMPT_LABEL}=${files.attempt}`,
    `--cidfile=${files.id}`,
    `--env-file=${files.environment}`,
    '--log-driver=none',
    `--pull=${pullPolicy(spec)}`,
    ...(spec.network === 'none' ? ['--network=none'] : []),
    // podman hands the worker's proxy settings to containers, credentials included; docker does not
    ...(engine.name === 'podman' ? ['--http-proxy=false'] : []),
    ...limitArguments(spec.limits),
    ...(user === undefined ? [] : [`--user=${user}`]),
    ...securityArguments(engine, spec.security),
    ...spec.mounts.map((mount) => mountArgument(engine, mount)),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    '--',
    spec.image,
    ...commandRest,
    ...(spec.args ?? []),
  ];
}

/** `localhost/...` without a port is an image of this machine: there is no registry to ask. */
export function pullPolicy(spec: Pick<ContainerSpec, 'image' | 'pull'>): 'always' | 'missing' | 'never' {
  if (spec.pull === 'Never' || spec.image.startsWith('localhost/')) return 'never';
  return spec.pull === 'Always' ? 'always' : 'missing';
}

function limitArguments(limits: ContainerSpec['limits']): readonly string[] {
  return [
    `--pids-limit=${limits.pids}`,
    ...(limits.cpus === undefined ? [] : [`--cpus=${limits.cpus}`]),
    // the second number is memory and swap together: without it a container may swap as much again
    ...(limits.memoryBytes === undefined
      ? []
      : [`--memory=${limits.memoryBytes}b`, `--memory-swap=${limits.memoryBytes}b`]),
  ];
}

function securityArguments(engine: EngineChoice, security: ContainerSecurity): readonly string[] {
  const mayGain = security.allowPrivilegeEscalation === true || security.privileged === true;
  return [
    ...(security.readOnlyRoot === true ? ['--read-only'] : []),
    // podman alone would mount a writable /tmp over the read-only root
    ...(security.readOnlyRoot === true && engine.name === 'podman' ? ['--read-only-tmpfs=false'] : []),
    ...(security.privileged === true ? ['--privileged'] : []),
    ...(security.addCapabilities ?? []).map((capability) => `--cap-add=${capability}`),
    ...(security.dropCapabilities ?? []).map((capability) => `--cap-drop=${capability}`),
    ...(mayGain ? [] : ['--security-opt=no-new-privileges']),
  ];
}

export function mountArgument(engine: EngineChoice, mount: Mount): string {
  const fields = [
    'type=bind',
    `src=${mount.host}`,
    `dst=${mount.path}`,
    ...(mount.readOnly ? ['readonly'] : []),
    // where SELinux is on, a folder without a container's label cannot be opened; elsewhere this changes nothing
    ...(engine.name === 'podman' ? ['relabel=shared'] : []),
  ];
  return `--mount=${fields.map(csvField).join(',')}`;
}

function csvField(field: string): string {
  if (/[\r\n]/.test(field)) throw new Failure('StageRefused', 'a mount path may not hold a line break', false);
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
