import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../platform/eventually.js';
import type { ControllerPlatform } from './controllerPlatform.js';

/** `fulfil controller` or `fulfil worker` as it is deployed: a process that can be killed. */
export interface FulfilProcess {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Waits for a line that begins so. */
  says(beginning: string): Promise<void>;
  /** The exit code, when it ends by itself. */
  readonly ended: Promise<number | null>;
  /** As Kubernetes asks; returns the exit code. */
  stop(): Promise<number | null>;
  /** As a crash does; returns when it is gone. */
  kill(): Promise<void>;
}

const loader = fileURLToPath(new URL('../../servers/typescriptLoader.mjs', import.meta.url));
const program = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
/** A worker makes its workflow bundle first. */
const startMillis = 120_000;

export function startProcess(
  { cluster, platform }: Pick<ControllerPlatform, 'cluster' | 'platform'>,
  command: 'controller' | 'worker',
  environment: Readonly<Record<string, string>> = {},
): FulfilProcess {
  const child = spawn(process.execPath, ['--no-warnings', '--import', loader, program, command], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      KUBECONFIG: cluster.kubeconfig,
      TEMPORAL_ADDRESS: platform.address,
      FULFIL_HOME: platform.home,
      FULFIL_TASK_QUEUE: platform.taskQueue,
      FULFIL_PROBE_PORT: '0',
      FULFIL_STAGE_NETWORK: 'none',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const lines: string[] = [];
  let rest = '';
  const hear = (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    if (process.env['FULFIL_TEST_LINES'] !== undefined) for (const line of parts) process.stderr.write(`${line}\n`);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    async says(beginning) {
      const look = () => lines.find((line) => line.includes(beginning));
      const early = ended.then((code) => {
        if (look() === undefined) throw new Error(`${command} ended with code ${code}: ${lines.join('; ')}`);
      });
      await Promise.race([early, eventually(`${command}: ${beginning}`, look, startMillis)]);
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
