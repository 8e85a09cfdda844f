import type { Client } from '@temporalio/client';
import { pause } from '../../activities/kubernetes/pause.js';
import { ensureSweepSchedule } from '../../activities/sweepSchedule.js';

/** A day more or less does not matter to what may stay thirty. */
const dayMillis = 24 * 3_600_000;

/**
 * Sees to it that artifacts are swept, until the signal aborts: a Temporal that was lost with its database under a running
 * worker has no schedule any more.
 * @param failed told why there is none; it is tried again a day later
 */
export async function keepSweepSchedule(
  client: Client,
  taskQueue: string,
  failed: (thrown: unknown) => void,
  signal: AbortSignal,
  betweenMillis = dayMillis,
): Promise<void> {
  while (!signal.aborted) {
    await ensureSweepSchedule(client, taskQueue).catch(failed);
    await pause(betweenMillis, signal);
  }
}
