import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from './cacheFolder.js';
import { runProgram } from './program.js';

type Engine = { readonly name: string; readonly version: string };

const remembered = z.record(z.string(), z.array(z.string()));

/** Inside some virtual machines and containers the engines may not raise these limits, which they do by default. */
const LOW_ULIMITS = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=4096:4096'];
/** podman's default runtime, crun, fails on machines with both versions of cgroups mounted. */
const RUNC = ['--runtime=runc'];

/** A trivial container takes a second at most; this is for a machine that is busy. */
const PROBE_MILLISECONDS = 60_000;

export type Probe =
  { readonly ok: true; readonly runArgs: readonly string[] } | { readonly ok: false; readonly complaint: string };

/** Runs a trivial container with ever more flags until one starts. */
export async function probeArgs(engine: Engine, image: string): Promise<Probe> {
  const candidates = engine.name === 'podman' ? [[], LOW_ULIMITS, RUNC, [...RUNC, ...LOW_ULIMITS]] : [[], LOW_ULIMITS];
  let complaint = '';
  for (const runArgs of candidates) {
    const args = ['run', '--rm', '--network=none', '--pull=never', ...runArgs, '--', image, 'true'];
    const end = await runProgram(engine.name, args, { timeoutMs: PROBE_MILLISECONDS });
    if (end.ok) return { ok: true, runArgs };
    complaint = end.complaint;
  }
  return { ok: false, complaint };
}

/** `FULFIL_ENGINE_ARGS`, else what an earlier probe of this very release found, else nothing. */
export async function rememberedArgs(engine: Engine, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  return forcedArgs(env) ?? (await readFlags(env))[key(engine)] ?? [];
}

/** False once the flags are known: given by the environment, or found by an earlier probe. */
export async function needsProbe(engine: Engine, env: NodeJS.ProcessEnv): Promise<boolean> {
  return forcedArgs(env) === undefined && (await readFlags(env))[key(engine)] === undefined;
}

export async function rememberArgs(engine: Engine, runArgs: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const file = flagsFile(env);
  await mkdir(dirname(file), { recursive: true });
  const text = JSON.stringify({ ...(await readFlags(env)), [key(engine)]: runArgs }, undefined, 2);
  await writeFile(`${file}.${process.pid}`, `${text}\n`);
  await rename(`${file}.${process.pid}`, file); // a worker that reads meanwhile sees the old file or the new one
}

function forcedArgs(env: NodeJS.ProcessEnv): readonly string[] | undefined {
  return env['FULFIL_ENGINE_ARGS']?.split(/\s+/).filter((arg) => arg !== '');
}

async function readFlags(env: NodeJS.ProcessEnv): Promise<Readonly<Record<string, readonly string[]>>> {
  try {
    return remembered.parse(JSON.parse(await readFile(flagsFile(env), 'utf8')));
  } catch {
    return {}; // absent or damaged: the next probe writes it anew
  }
}

function flagsFile(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'engine.json');
}

function key(engine: Engine): string {
  return `${engine.name} ${engine.version}`;
}
