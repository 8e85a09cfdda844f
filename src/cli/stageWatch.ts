import { setTimeout } from 'node:timers/promises';
import type { StageRecord } from '../domain/run.js';
import type { Platform } from './connection.js';
import { pollMillis, troubleTeller } from './troubles.js';

export interface Watcher {
  readonly stage: (stage: StageRecord) => void;
  /** Hears why something does not get on, once for each reason. */
  readonly trouble: (why: string) => void;
}

/** Tells each stage that starts or ends below an entity, and what does not get on there, until the signal. */
export async function watchStages(
  { client, entities }: Platform,
  entity: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<string>();
  const tellTroubles = troubleTeller(client, watcher.trouble);
  const began = Date.now();
  // One look more after the signal: what ended last is told too.
  for (;;) {
    const status = await entities.status(entity).catch(() => undefined);
    const run = status?.runs[0];
    const live = run?.outcome === 'Running' ? await entities.runStatus(run.id).catch(() => undefined) : undefined;
    const fresh = run?.finishedAt === undefined || Date.parse(run.finishedAt) > began;
    for (const stage of fresh ? ((live ?? run)?.stages ?? []) : []) {
      const key = `${run?.id} ${stage.pipeline} ${stage.stage} ${stage.outcome}`;
      if (told.has(key)) continue;
      told.add(key);
      watcher.stage(stage);
    }
    if (run?.outcome === 'Running') await tellTroubles(run.id);
    if (signal.aborted) return;
    await setTimeout(pollMillis, undefined, { signal }).catch(() => undefined);
  }
}
