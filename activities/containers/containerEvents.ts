import { engineCommand, type EngineChoice } from './engineCommand.js';

/** What happened to one container since a moment, e.g. `create`, `start`, `oom`, `die`; empty when none is kept. */
export async function containerEvents(engine: EngineChoice, id: string, since: Date): Promise<ReadonlySet<string>> {
  const word = engine.name === 'podman' ? '{{.Status}}' : '{{.Action}}';
  const { stdout } = await engineCommand(engine, [
    'events',
    `--filter=container=${id}`,
    // whole seconds on both sides: the engines cut what is finer
    `--since=${Math.floor(since.getTime() / 1000)}`,
    `--until=${Math.floor(Date.now() / 1000) + 1}`,
    `--format=${word}`,
  ]);
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
