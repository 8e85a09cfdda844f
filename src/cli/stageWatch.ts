import { setTimeout } from 'node:timers/promises';
import type { StageRecord } from '../domain/run.js';
import type { Platform } from './connection.js';

/** Temporal has no subscription to a query; twice a second is as fast as people read. */
const pollMillis = 500;

/** Tells each stage that starts or ends below an entity, until the signal. */
export async function watchStages(
  { entities }: Platform,
  entity: string,
  tell: (stage: StageRecord) => void,
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<string>();
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
      tell(stage);
    }
    if (signal.aborted) return;
    await setTimeout(pollMillis, undefined, { signal }).catch(() => undefined);
  }
}
