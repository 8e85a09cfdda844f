import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TemporalTarget {
  /** Where the temporal CLI is. */
  readonly temporal: string;
  readonly address: string;
}

/** Runs a program to its end, whatever its exit code. */
export function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...environment }, maxBuffer: 64 * 2 ** 20 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
    child.stdin?.end(input ?? '');
  });
}

/** Temporal's own command line, against one server. */
export function temporal({ temporal: program, address }: TemporalTarget, ...args: string[]): Promise<ProgramEnd> {
  return runProgram(program, [...args, '--address', address, '--color', 'never']);
}

/** `temporal workflow execute --type … --task-queue fulfil --input-file …`, as the README tells people. */
export async function executeByCli(
  target: TemporalTarget,
  type: string,
  text: string,
  ...more: string[]
): Promise<ProgramEnd> {
  const file = join(tmpdir(), `fulfil-input-${randomUUID()}.json`);
  await writeFile(file, text);
  try {
    const workflow = ['--type', type, '--task-queue', 'fulfil', '--input-file', file];
    return await temporal(target, 'workflow', 'execute', ...workflow, ...more);
  } finally {
    await rm(file, { force: true });
  }
}
