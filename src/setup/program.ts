import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface ProgramEnd {
  readonly ok: boolean;
  readonly stdout: string;
  /** The last line of what went wrong; empty when nothing did. */
  readonly complaint: string;
}

/** More than any program prints that set-up runs; a build's log is the longest. */
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a program to its end, never throws; a missing program and a passed time limit are failures like others. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const limits = { timeout: options.timeoutMs, maxBuffer: OUTPUT_BYTES, killSignal: 'SIGKILL' as const };
    execFile(program, args, { ...limits, env: options.env ?? process.env }, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true, stdout, complaint: '' });
      const last = stderr.split('\n').findLast((line) => line.trim() !== '' && !line.includes('--help'));
      const late = error.killed === true ? `no end after ${options.timeoutMs / 1000} s` : undefined;
      resolve({ ok: false, stdout, complaint: (late ?? last ?? error.message).trim() });
    });
  });
}

/** Full path of a program, or undefined when it is nowhere on PATH. */
export async function onPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
