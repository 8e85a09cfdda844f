import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.js';
import { isExecutable, onPath, runProgram } from './program.js';
import type { Say } from './say.js';

const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
/** What the module's go.mod asks for. */
const GO_MINOR = 26;
/** Three minutes on two cores; four times that is a machine that will not get there. */
const BUILD_MILLISECONDS = 12 * 60_000;
/** Who cannot reach the download's host in this time would wait for the download itself in vain. */
const REACH_MILLISECONDS = 5_000;
const DOWNLOAD_HOST = 'https://temporal.download/';
/** The program answers at once; the first start of a fresh binary may have to be read from a slow disk. */
const VERSION_MILLISECONDS = 20_000;

/** Path of a temporal CLI that runs: on PATH, kept by an earlier set-up, downloaded, or built with Go. */
export async function temporalBinary(say: Say, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = join(cacheFolder(env), 'bin');
  const kept = join(folder, 'temporal');
  for (const path of [await onPath('temporal', env), kept]) {
    if (path === undefined || !(await isExecutable(path)) || !(await runs(path))) continue;
    say(`temporal: ${path}`);
    return path;
  }
  await mkdir(folder, { recursive: true });
  const downloaded = await download(folder, kept);
  if (downloaded === undefined) {
    say(`temporal: downloaded to ${kept}`);
    return kept;
  }
  say(`temporal: cannot be downloaded (${downloaded})`);
  const built = await buildWithGo(folder, kept, say, env);
  if (built === undefined) {
    say(`temporal: built as ${kept}`);
    return kept;
  }
  throw new Error(
    `there is no temporal CLI: not on PATH, not downloadable (${downloaded}), not to be built (${built}). ` +
      'Install it (https://docs.temporal.io/cli, or brew install temporal), install Go 1.26 or newer, ' +
      'or name a running server with TEMPORAL_ADDRESS',
  );
}

async function runs(path: string): Promise<boolean> {
  return (await runProgram(path, ['--version'], { timeoutMs: VERSION_MILLISECONDS })).ok;
}

/** The SDK downloads a CLI that fits it, by starting a dev server once. Returns the complaint, or undefined. */
async function download(folder: string, target: string): Promise<string | undefined> {
  const scratch = await mkdtemp(join(folder, 'download-'));
  try {
    await fetch(DOWNLOAD_HOST, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MILLISECONDS) });
    // loaded here only: it brings the native core, which nobody needs whose binary is there
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const server = { executable: { type: 'cached-download' as const, downloadDir: scratch } };
    await (await TestWorkflowEnvironment.createLocal({ server })).teardown();
    const [file] = (await readdir(scratch)).filter((name) => name.startsWith('temporal'));
    if (file === undefined) return 'the download left no file';
    await rename(join(scratch, file), target);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error; // fetch says why there
    return cause instanceof Error ? cause.message : String(cause);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Returns the complaint, or undefined. */
async function buildWithGo(
  folder: string,
  target: string,
  say: Say,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if ((await onPath('go', env)) === undefined) return 'no go on PATH';
  const version = (
    await runProgram('go', ['env', 'GOVERSION'], { timeoutMs: VERSION_MILLISECONDS, env })
  ).stdout.trim();
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < GO_MINOR) return `${version} is older than go1.${GO_MINOR}`;
  say('temporal: building it with Go, which takes about three minutes');
  const scratch = await mkdtemp(join(folder, 'build-'));
  try {
    const goEnv = { ...env, GOBIN: scratch, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' };
    const built = await runProgram('go', ['install', MODULE], { timeoutMs: BUILD_MILLISECONDS, env: goEnv });
    if (!built.ok) return built.complaint;
    await rename(join(scratch, 'temporal'), target);
    return undefined;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
