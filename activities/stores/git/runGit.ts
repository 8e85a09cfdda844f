import { spawn } from 'node:child_process';

export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitRun {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

/** Thrown when there is no git binary on this machine. */
export class GitMissing extends Error {}
/** Thrown when a command did not end in time; it and its children are gone. */
export class GitTimeout extends Error {}

// What git says of one command fits in far less; a flood of hook output must not fill the memory.
const keptBytes = 256 * 1024;
// Between asking a command to end and ending it, as in Kratix (reference, section 6.2).
const graceMs = 10_000;

/** Runs git without any configuration but ours: no user's, no system's, no agent, no prompt. */
export async function runGit(args: readonly string[], run: GitRun): Promise<GitResult> {
  run.signal.throwIfAborted();
  const env = { ...baseEnvironment(), ...run.env };
  // A group of its own, so that ssh and remote helpers end together with git.
  const child = spawn('git', [...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let timedOut = false;
  let lastWord: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child.pid, 'SIGTERM');
    lastWord ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, run.limitMs);
  run.signal.addEventListener('abort', end, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ENOENT' ? new GitMissing('there is no git on this machine') : error);
      });
      child.on('close', (exit) => resolve(exit ?? 128));
    });
    run.signal.throwIfAborted();
    if (timedOut) throw new GitTimeout(`git ${args[0] ?? ''} did not end within ${Math.round(run.limitMs / 1000)} s`);
    return { code, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(limit);
    clearTimeout(lastWord);
    run.signal.removeEventListener('abort', end);
  }
}

/** The process's own trust in certificates is the one thing that passes through. */
function baseEnvironment(): Record<string, string> {
  const { SSL_CERT_FILE, GIT_SSL_CAINFO } = process.env;
  return {
    ...(SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE }),
    ...(GIT_SSL_CAINFO === undefined ? {} : { GIT_SSL_CAINFO }),
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < keptBytes) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
