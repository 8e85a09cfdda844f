import { Failure } from '../../src/domain/failure.js';
import type { ContainerSpec } from './container.js';
import { engineCommand, type EngineChoice } from './engineCommand.js';
import { pullPolicy } from './runArguments.js';
import { createFailure } from './startFailure.js';

/** The value of `--user`, or undefined when the image's own user is right; refuses root where nonRoot is asked. */
export async function stageUser(
  engine: EngineChoice,
  spec: ContainerSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { user, group, nonRoot } = spec.security;
  if (user !== undefined) {
    if (nonRoot === true && user === 0) throw refusedRoot(spec.image, 'runAsUser is 0');
    return group === undefined ? `${user}` : `${user}:${group}`;
  }
  if (nonRoot !== true && group === undefined) return undefined;

  const own = (await imageUser(engine, spec, signal)).split(':')[0] ?? '';
  if (nonRoot === true && !/^\d+$/.test(own)) {
    throw refusedRoot(spec.image, own === '' ? 'the image runs as root' : `nobody knows whether "${own}" is root`);
  }
  if (nonRoot === true && Number(own) === 0) throw refusedRoot(spec.image, 'the image runs as user 0');
  // a group alone would make the engine forget the image's user
  return group === undefined ? undefined : `${own === '' ? '0' : own}:${group}`;
}

async function imageUser(engine: EngineChoice, spec: ContainerSpec, signal: AbortSignal): Promise<string> {
  const inspect = ['image', 'inspect', '--format={{.Config.User}}', '--', spec.image];
  const policy = pullPolicy(spec);
  const found = policy === 'always' ? undefined : await engineCommand(engine, inspect, signal);
  signal.throwIfAborted();
  if (found?.ok === true) return found.stdout.trim();
  if (found !== undefined && policy === 'never') throw createFailure(engine, spec.image, found.stderr);

  const pulled = await engineCommand(engine, ['pull', '--quiet', '--', spec.image], signal);
  signal.throwIfAborted();
  if (!pulled.ok) throw createFailure(engine, spec.image, pulled.stderr);
  const inspected = await engineCommand(engine, inspect, signal);
  signal.throwIfAborted();
  if (!inspected.ok) throw createFailure(engine, spec.image, inspected.stderr);
  return inspected.stdout.trim();
}

function refusedRoot(image: string, why: string): Failure {
  const line = `image ${image} may not run as root (runAsNonRoot) and ${why}; set runAsUser to a number above 0`;
  return new Failure('StageRefused', line, false);
}
