import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerEngine, ContainerSpec } from '../../../activities/containers/container.js';
import { containerEngine } from '../../../activities/containers/engine.js';
import { BASE_IMAGE, buildImage } from '../../../src/setup/baseImage.js';
import type { EngineChoice } from '../../../src/setup/detectEngine.js';
import { ensureEngine } from '../../../src/setup/ensureEngine.js';

/** Runs as user 65532, as well-behaved stages do. */
export const NON_ROOT_IMAGE = 'localhost/fulfil-test-nonroot:1';

/** A real engine and what one test file needs of it. Without one, set-up's own words say how to get it. */
export interface Stages {
  readonly choice: EngineChoice;
  readonly engine: ContainerEngine;
  readonly worker: string;
  readonly folder: string;
  /** A stage that runs `script` with `/in` read-only and `/out` writable. */
  stage(script: string, changes?: Partial<ContainerSpec>): ContainerSpec;
  /** The engine's command line, for looking at what is really there. */
  ask(...args: string[]): Promise<string>;
  /** Names of the containers of this file's worker. */
  left(worker?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openStages(): Promise<Stages> {
  const choice = await ensureEngine(() => undefined);
  const engine = containerEngine({ ...choice, baseImage: BASE_IMAGE });
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-test-'));
  // As a worker's identity ends: the sweep of a real worker beside it takes nobody alive for dead.
  const worker = `test-${randomUUID()}:${process.pid}`;
  for (const name of ['in', 'out', 'image']) await mkdir(join(folder, name), { mode: 0o755 });
  await writeFile(join(folder, 'in/object.yaml'), 'kind: Test\n');
  await writeFile(join(folder, 'image/Dockerfile'), `FROM ${BASE_IMAGE}\nUSER 65532\n`);
  await buildImage(choice, NON_ROOT_IMAGE, join(folder, 'image'));

  const ask = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(choice.name, args)).stdout.trim();
  const left = async (of = worker): Promise<readonly string[]> => {
    const names = await ask('ps', '--all', `--filter=label=fulfil.io/worker=${of}`, '--format={{.Names}}');
    return names.split('\n').filter((name) => name !== '');
  };
  const stage = (script: string, changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
    key: randomUUID(),
    worker,
    image: BASE_IMAGE,
    command: ['sh', '-c', script],
    env: {},
    pull: 'IfNotPresent',
    network: 'none',
    limits: { pids: 50 },
    security: {},
    mounts: [
      { host: join(folder, 'in'), path: '/in', readOnly: true },
      { host: join(folder, 'out'), path: '/out', readOnly: false },
    ],
    logFile: join(folder, 'log'),
    logLimitBytes: 100_000,
    graceSeconds: 1,
    ...changes,
  });
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { choice, engine, worker, folder, stage, ask, left, close };
}

/** Resolves when the file is there, which is how a stage tells the test that it runs. */
export async function appears(folder: string, file: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(folder);
    const look = (): void => {
      if (!existsSync(join(folder, file))) return;
      watcher.close();
      resolve();
    };
    watcher.on('change', look).on('error', reject);
    look();
  });
}

/** A signal that is never used. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
