import { rememberedArgs } from './engineFlags.js';
import { onPath, runProgram } from './program.js';

/** A container engine of this machine that answers, and the flags it needs here. */
export interface EngineChoice {
  readonly name: EngineName;
  /** Client and server, e.g. `4.3.1`: flags are found out once for each. */
  readonly version: string;
  readonly runArgs: readonly string[];
  readonly buildArgs: readonly string[];
}

export type EngineName = 'docker' | 'podman';

/** docker first: who has both and a running daemon uses docker. */
const ENGINES: readonly EngineName[] = ['docker', 'podman'];
/** A daemon that does not tell its version in this time will not run stages either. */
const ANSWER_MILLISECONDS = 10_000;

/** `FULFIL_ENGINE` decides; else the first engine on PATH that answers; undefined when none does. */
export async function detectEngine(env: NodeJS.ProcessEnv): Promise<EngineChoice | undefined> {
  const forced = env['FULFIL_ENGINE'];
  if (forced === undefined || forced === '') {
    for (const name of ENGINES) {
      const answer = await ask(name, env);
      if (answer.ok) return choice(name, answer.version, env);
    }
    return undefined;
  }
  const name = ENGINES.find((known) => known === forced);
  if (name === undefined) throw new Error(`FULFIL_ENGINE is "${forced}"; expected docker or podman`);
  const answer = await ask(name, env);
  if (!answer.ok) throw new Error(`FULFIL_ENGINE is ${name}, which does not answer: ${answer.why}`);
  return choice(name, answer.version, env);
}

type Answer = { readonly ok: true; readonly version: string } | { readonly ok: false; readonly why: string };

async function ask(name: EngineName, env: NodeJS.ProcessEnv): Promise<Answer> {
  if ((await onPath(name, env)) === undefined) return { ok: false, why: `there is no ${name} on PATH` };
  const limits = { timeoutMs: ANSWER_MILLISECONDS, env };
  // `docker info` succeeds without a daemon in some releases, the server's version does not
  const args =
    name === 'docker' ? ['version', '--format={{.Server.Version}}'] : ['info', '--format={{.Version.Version}}'];
  const { ok, stdout, complaint } = await runProgram(name, args, limits);
  const version = stdout.trim();
  if (!ok || version === '') return { ok: false, why: complaint === '' ? 'it names no version' : complaint };
  // the package podman-docker installs podman under docker's name; podman then speaks for itself
  const shim = name === 'docker' && /podman/i.test((await runProgram(name, ['--version'], limits)).stdout);
  return shim ? { ok: false, why: 'it is podman under another name' } : { ok: true, version };
}

async function choice(name: EngineName, version: string, env: NodeJS.ProcessEnv): Promise<EngineChoice> {
  return withRunArgs({ name, version }, await rememberedArgs({ name, version }, env));
}

/** Builds take the same flags, except that docker's know no runtime. */
export function withRunArgs(engine: Pick<EngineChoice, 'name' | 'version'>, runArgs: readonly string[]): EngineChoice {
  const buildArgs = engine.name === 'podman' ? runArgs : runArgs.filter((arg) => arg.startsWith('--ulimit='));
  return { name: engine.name, version: engine.version, runArgs, buildArgs };
}
