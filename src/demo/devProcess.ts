import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { show } from './step.js';

const fulfil = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export interface DevProcess {
  stop(): Promise<void>;
}

/** Starts `fulfil dev` as a process of its own and waits until its worker is ready. */
export async function startDev(port: number, uiPort: number): Promise<DevProcess> {
  const child = spawn(process.execPath, [fulfil, 'dev', '--port', String(port), '--ui-port', String(uiPort)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stderr });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      show(line);
      if (line.startsWith('worker')) resolve();
    });
  });
  await Promise.race([
    ready,
    ended.then(([code]) => {
      throw new Error(`fulfil dev ended with code ${String(code)}`);
    }),
  ]);
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
