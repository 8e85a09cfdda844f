import { spawn } from 'node:child_process';

/** A container engine as it was found on this machine; both speak the same command line but for a few words. */
export interface EngineChoice {
  readonly name: 'podman' | 'docker';
  /** Flags that each `run` needs on this machine, e.g. lower ulimits where higher ones are refused. */
  readonly runArgs: readonly string[];
}

/** How a short command of the engine (inspect, rm, stop, ...) ended. */
export interface CommandEnd {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the engine whose output is small; never throws, a missing program is a failed command. */
export function engineCommand(
  engine: EngineChoice,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(engine.name, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ ok: false, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, stdout, stderr }));
  });
}

/** Removes a container whatever its state; false when there was none of that name. */
export async function removeContainer(engine: EngineChoice, name: string): Promise<boolean> {
  // podman would first give the container its stop timeout; who removes has no use for that any more
  const now = engine.name === 'podman' ? ['--time=0'] : [];
  const { ok, stdout } = await engineCommand(engine, ['rm', '--force', '--volumes', ...now, name]);
  return ok && stdout.trim() !== '';
}
