import { Failure } from '../../src/domain/failure.js';
import { engineCommand, removeContainer, type EngineChoice } from './engineCommand.js';
import { WORKER_LABEL } from './runArguments.js';

/** Removes the containers whose worker is no longer alive; returns their names. */
export async function sweepContainers(
  engine: EngineChoice,
  isAlive: (worker: string) => boolean,
): Promise<readonly string[]> {
  const label = engine.name === 'podman' ? `{{index .Labels "${WORKER_LABEL}"}}` : `{{.Label "${WORKER_LABEL}"}}`;
  const list = ['ps', '--all', `--filter=label=${WORKER_LABEL}`, `--format={{.Names}}\t${label}`];
  const { ok, stdout, stderr } = await engineCommand(engine, list);
  if (!ok)
    throw new Failure('EngineUnavailable', `${engine.name} does not list its containers: ${stderr.trim()}`, true);

  const removed: string[] = [];
  for (const line of stdout.split('\n')) {
    const [name, worker] = line.split('\t');
    if (name === undefined || worker === undefined || isAlive(worker)) continue;
    if (await removeContainer(engine, name)) removed.push(name);
  }
  return removed;
}
