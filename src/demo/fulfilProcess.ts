import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fulfilProgram, show } from './step.js';

export interface FulfilProcess {
  stop(): Promise<void>;
}

/** Starts `fulfil` as a process of its own, and waits for the line in which it says that it is ready. */
export async function startFulfil(
  args: readonly string[],
  readyWords: string,
  env: NodeJS.ProcessEnv = {},
): Promise<FulfilProcess> {
  const child = spawn(process.execPath, [fulfilProgram, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stderr });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      show(line);
      if (line.includes(readyWords)) resolve();
    });
  });
  await Promise.race([
    ready,
    ended.then(([code]) => {
      throw new Error(`fulfil ${args.join(' ')} ended with code ${String(code)}`);
    }),
  ]);
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
