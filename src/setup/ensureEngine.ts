import { BASE_IMAGE, ensureBaseImage } from './baseImage.js';
import { canInstallPackages, installPackages } from './debian.js';
import { detectEngine, withRunArgs, type EngineChoice } from './detectEngine.js';
import { needsProbe, probeArgs, rememberArgs } from './engineFlags.js';
import type { Say } from './say.js';

const HOW_TO_GET_ONE =
  'install docker and start it, or install podman (Debian and Ubuntu: apt-get install podman runc; ' +
  'Fedora: dnf install podman; macOS: brew install podman, then podman machine init --now)';

/** A container engine that runs containers here: found, else installed; with the flags it needs, found out once. */
export async function ensureEngine(say: Say, env: NodeJS.ProcessEnv = process.env): Promise<EngineChoice> {
  const engine = (await detectEngine(env)) ?? (await installEngine(say, env));
  await ensureBaseImage(engine, say);
  if (!(await needsProbe(engine, env))) {
    say(`container engine: ${describe(engine)}`);
    return engine;
  }
  const probe = await probeArgs(engine, BASE_IMAGE);
  if (!probe.ok) {
    throw new Error(`${engine.name} ${engine.version} is here but starts no container: ${probe.complaint}`);
  }
  await rememberArgs(engine, probe.runArgs, env);
  const chosen = withRunArgs(engine, probe.runArgs);
  say(`container engine: ${describe(chosen)}`);
  return chosen;
}

async function installEngine(say: Say, env: NodeJS.ProcessEnv): Promise<EngineChoice> {
  if (!(await canInstallPackages())) throw new Error(`no container engine answers: ${HOW_TO_GET_ONE}`);
  say('no container engine answers: installing podman and runc with apt-get');
  const complaint = await installPackages(['podman', 'runc']);
  if (complaint !== undefined) throw new Error(`podman could not be installed (${complaint}): ${HOW_TO_GET_ONE}`);
  const engine = await detectEngine(env);
  if (engine === undefined) throw new Error(`podman is installed but does not answer: ${HOW_TO_GET_ONE}`);
  return engine;
}

function describe(engine: EngineChoice): string {
  const flags = engine.runArgs.length === 0 ? '' : `, with ${engine.runArgs.join(' ')}`;
  return `${engine.name} ${engine.version}${flags}`;
}
