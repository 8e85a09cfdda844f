import type { RunInput, RunResult } from '../../src/domain/run.js';
import { conductRun } from './run.js';
import { scheduleWorks } from './scheduleWorks.js';

/** Schedules and writes again, and compares what is known to be written with what the stores hold. */
export async function repairRun(input: RunInput): Promise<RunResult> {
  return placeRun({ ...input, verify: input.verify ?? {} });
}

/** Schedules and writes again what earlier stages gave, because Destinations changed. */
export async function placeRun(input: RunInput): Promise<RunResult> {
  return conductRun(input, async (progress, deliveries) => {
    deliveries.start(await scheduleWorks(progress, { before: input.works, after: input.works }));
  });
}
