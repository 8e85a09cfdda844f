import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A process of the build, as users run it. */
export interface ProductProcess {
  /** Of memory, now and at most so far. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
  stop(): Promise<void>;
}

const program = 'dist/src/cli/main.js';

/** Starts `fulfil` and waits for the line in which it says that it is ready. */
export async function startProduct(
  args: readonly string[],
  readyWords: string,
  environment: Readonly<Record<string, string>>,
): Promise<ProductProcess> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes(readyWords)) resolve();
    });
  });
  const early = ended.then(() => Promise.reject(new Error(`fulfil ${args.join(' ')} ended: ${said.join('\n')}`)));
  await Promise.race([ready, early]);
  early.catch(() => undefined);
  return {
    async memory() {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
      const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
      return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
