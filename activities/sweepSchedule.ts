import type { Client } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { sweepId } from '../src/domain/ids.js';
import { called } from './temporalCalls.js';

/** Once a day is often enough for what may stay thirty. */
const every = '1 day';
/** At three in the morning, UTC, and not in the same minute on every platform. */
const [offset, jitter] = ['3 hours', '30 minutes'] as const;

/**
 * Has Temporal start the sweep of artifacts every day, unless it does already. `temporal schedule toggle --pause` and
 * `temporal schedule trigger` of it are people's.
 */
export async function ensureSweepSchedule(client: Client, taskQueue: string): Promise<void> {
  const workflowType = 'sweepArtifacts';
  try {
    await called(() =>
      client.schedule.create({
        scheduleId: sweepId,
        spec: { intervals: [{ every, offset }], jitter },
        // A laptop is off at night: what was missed is done when Temporal is back.
        policies: { overlap: 'SKIP', catchupWindow: '1 day' },
        action: { type: 'startWorkflow', workflowType, workflowId: sweepId, taskQueue, args: [] },
      }),
    );
  } catch (thrown) {
    if (!(thrown instanceof ScheduleAlreadyRunning)) throw thrown;
  }
}

/**
 * Since when this Temporal has the sweep started, in milliseconds since 1970. One that was lost with its database begins
 * anew, and so does one whose schedule somebody deleted.
 */
export async function sweptSince(client: Client): Promise<number> {
  try {
    const { info } = await called(() => client.schedule.getHandle(sweepId).describe());
    return info.createdAt.getTime();
  } catch (thrown) {
    if (thrown instanceof ScheduleNotFoundError) return Date.now();
    throw thrown;
  }
}
