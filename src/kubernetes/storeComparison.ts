import type { Client } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';

/** A Temporal schedule: it outlives controllers, and people find it, and every comparison, in the Web UI. */
const scheduleId = 'compare-stores';
const workflowId = 'repair/regular';

/** What was missed while the platform was down is one comparison, not one for each interval. */
const catchupWindow = '1 minute';

/** Has every store compared with what was written so often, and mended; 0 for never (reference, section 7.6). */
export async function compareStoresEvery(client: Client, taskQueue: string, everyMillis: number): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId);
  const known = await handle.describe().catch(unlessMissing);
  if (everyMillis === 0) {
    if (known !== undefined) await handle.delete();
    return;
  }
  const spec = { intervals: [{ every: everyMillis }] };
  if (known === undefined) {
    await client.schedule.create({
      scheduleId,
      spec,
      action: { type: 'startWorkflow', workflowType: 'repair', workflowId, taskQueue, args: [{}] },
      policies: { overlap: 'SKIP', catchupWindow },
    });
  } else if (known.spec.intervals?.[0]?.every !== everyMillis) {
    await handle.update((schedule) => ({ ...schedule, spec }));
  }
}

function unlessMissing(thrown: unknown): undefined {
  if (!(thrown instanceof ScheduleNotFoundError)) throw thrown;
  return undefined;
}
