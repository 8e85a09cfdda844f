import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const fulfilProgram = fileURLToPath(new URL('../cli/main.js', import.meta.url));

const interruption = new AbortController();

/** Plays a demonstration; ends with 1 if a step did not do what it says, and cleans up first when interrupted. */
export async function playDemo(play: () => Promise<void>): Promise<void> {
  const began = performance.now();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interruption.abort(new Error(`it was interrupted by ${signal}`)));
  }
  try {
    await play();
    process.stdout.write(`\nAll of it took ${seconds(began)} and did what it says.\n`);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nThe demo did not do what it says: ${text}\n`);
    process.exitCode = 1;
  }
}

/** One step of the demonstration: a headline, what is done, and how long it took. A step that throws ends it all. */
export async function step(title: string, work: () => Promise<void>): Promise<void> {
  interruption.signal.throwIfAborted();
  const began = performance.now();
  process.stdout.write(`\n── ${title}\n`);
  await work();
  process.stdout.write(`   took ${seconds(began)}\n`);
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

export function show(text: string): void {
  for (const line of text.trimEnd().split('\n')) process.stdout.write(`   ${line}\n`);
}

/** Runs `fulfil` as a user would, shows the command and what it printed, and insists on the exit code. */
export async function runFulfil(expectedCode: number, ...args: readonly string[]): Promise<string> {
  return runShown({ name: 'fulfil', program: process.execPath, before: [fulfilProgram] }, expectedCode, args);
}

interface Command {
  /** As it is shown. */
  readonly name: string;
  readonly program: string;
  /** Arguments that are not shown. */
  readonly before?: readonly string[];
}

export async function runShown(
  { name, program, before = [] }: Command,
  expectedCode: number,
  args: readonly string[],
): Promise<string> {
  show(`$ ${[name, ...args].map(quoted).join(' ')}`);
  const { code, output } = await run(program, [...before, ...args]);
  show(output);
  expectThat(code === expectedCode, `${name} ${args.join(' ')} to exit with ${expectedCode}, it exited with ${code}`);
  return output;
}

/** As a shell wants it. */
function quoted(word: string): string {
  return /^[\w./:=,@-]+$/.test(word) ? word : `'${word}'`;
}

export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected ${what}`);
}

/** Runs a program to its end; its output in the order it came. */
export async function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const { signal } = interruption;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
