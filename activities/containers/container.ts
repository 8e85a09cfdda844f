/** One container to run to its end: everything that podman, docker or a pod needs to know. */
export interface ContainerSpec {
  /** Reads like the run; also the container's name, so that a repeat finds what an earlier attempt left. */
  readonly key: string;
  /** The worker that owns the container, for the sweep after its death. */
  readonly worker: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Resolved values, secrets among them: never on a command line, in a log or in an error. */
  readonly env: Readonly<Record<string, string>>;
  readonly pull: 'Always' | 'IfNotPresent' | 'Never';
  readonly network: 'default' | 'none';
  readonly limits: { readonly cpus?: number; readonly memoryBytes?: number; readonly pids: number };
  readonly security: ContainerSecurity;
  readonly mounts: readonly Mount[];
  /** File that receives stdout and stderr in the order they came. */
  readonly logFile: string;
  /** Size after which output is dropped, with a line that says so. */
  readonly logLimitBytes: number;
  /** Time between the polite signal and the kill, in seconds. */
  readonly graceSeconds: number;
}

/**
 * A writable folder becomes writable for every user, as a pod's emptyDir is, and so does what a stage leaves in it
 * when the worker could not read it otherwise: keep the folder above private to the worker. What is mounted
 * read-only stays as it is and has to be readable for the stage's user.
 */
export interface Mount {
  readonly host: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface ContainerSecurity {
  readonly user?: number;
  readonly group?: number;
  readonly nonRoot?: boolean;
  readonly readOnlyRoot?: boolean;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly addCapabilities?: readonly string[];
  readonly dropCapabilities?: readonly string[];
}

export interface ContainerResult {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Last line that the container printed, for failure messages; at most 300 characters. */
  readonly lastLine: string;
}

/**
 * Runs containers. Throws `Failure`: `ImageNotFound` and `StageRefused` (command not in the image, runAsNonRoot
 * violated; both not retryable), `EngineUnavailable` and `ImagePullFailed` (retryable).
 */
export interface ContainerEngine {
  readonly name: string;
  /** A signal stops the container, waits for its end and removes it, then throws the signal's reason. */
  run(spec: ContainerSpec, signal: AbortSignal): Promise<ContainerResult>;
  /** Removes containers of workers of this machine that are no longer alive; returns their names. */
  sweep(isAlive: (worker: string) => boolean): Promise<readonly string[]>;
}
