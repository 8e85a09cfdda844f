import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const fulfil = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** One step of the demonstration: a headline, what is done, and how long it took. A step that throws ends it all. */
export async function step(title: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  process.stdout.write(`\n── ${title}\n`);
  await work();
  process.stdout.write(`   took ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}

export function show(text: string): void {
  for (const line of text.trimEnd().split('\n')) process.stdout.write(`   ${line}\n`);
}

/** Runs `fulfil` as a user would, shows the command and what it printed, and insists on the exit code. */
export async function runFulfil(expectedCode: number, ...args: readonly string[]): Promise<string> {
  show(`$ fulfil ${args.join(' ')}`);
  const { code, output } = await run(process.execPath, [fulfil, ...args]);
  show(output);
  expectThat(code === expectedCode, `fulfil ${args.join(' ')} to exit with ${expectedCode}, it exited with ${code}`);
  return output;
}

export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected ${what}`);
}

/** Runs a program to its end; its output in the order it came. */
export async function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
