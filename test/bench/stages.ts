import { execFile } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';
import type { EngineChoice } from '../../src/setup/detectEngine.js';
import { pipeline, promise, request, stage } from '../platform/documents.js';
import { execute } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

/** 20 requests with two pipelines of one stage each, against 40 bare containers at the same parallelism. */
const requests = 20;
const script = 'echo hello >/kratix/output/hello.txt';
const slots = 2 * availableParallelism();

async function bench(): Promise<void> {
  const platform = await openPlatform({
    destinations: { west: {} },
    environment: { FULFIL_STAGE_SLOTS: String(slots) },
  });
  try {
    const pipelines = ['first', 'second'].map((name) => pipeline(name, [stage('write', script)]));
    await execute(platform, 'installPromise', promise('bench', { resource: { configure: pipelines } }));
    await timed(() => askFor(platform, ['warm-up']));
    const bareBefore = await timed(() => bareRuns(platform.engine, 2 * requests));
    const names = Array.from({ length: requests }, (_each, index) => `r${index}`);
    const fulfil = await timed(() => askFor(platform, names));
    const one = await timed(() => askFor(platform, ['alone']));
    const bareAfter = await timed(() => bareRuns(platform.engine, 2 * requests));
    const bare = (bareBefore + bareAfter) / 2;
    const lines = [
      `machine: ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, ${platform.engine.name} ${platform.engine.version}, ${slots} containers at once`,
      `${requests} requests × 2 pipelines: ${fulfil.toFixed(1)} s`,
      `${2 * requests} bare containers:    ${bare.toFixed(1)} s (${bareBefore.toFixed(1)} before, ${bareAfter.toFixed(1)} after)`,
      `ratio:                  ${(fulfil / bare).toFixed(2)}`,
      `one request alone:      ${one.toFixed(2)} s`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    await platform.close();
  }
}

async function askFor(platform: Platform, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => execute(platform, 'configureResource', request('bench', name))));
}

async function bareRuns({ name, runArgs }: EngineChoice, count: number): Promise<void> {
  const args = ['run', '--rm', '--network=none', ...runArgs, BASE_IMAGE, 'sh', '-c', 'echo hello >/tmp/hello.txt'];
  let left = count;
  async function lane(): Promise<void> {
    while (left > 0) {
      left -= 1;
      await promisify(execFile)(name, args);
    }
  }
  await Promise.all(Array.from({ length: slots }, lane));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

await bench();
