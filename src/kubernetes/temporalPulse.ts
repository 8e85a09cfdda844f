import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { pause } from '../../activities/kubernetes/pause.js';
import { promisesId } from '../domain/ids.js';

/** A look costs one small call; so long may pass before objects are handed over to an emptied Temporal. */
const beatMillis = 5_000;

/**
 * Notices that Temporal was away, or is another one than before: its list of Promises is gone or has begun anew.
 * Either way nobody tells us of what was lost, so everything is to be looked at again.
 */
export async function watchTemporal(client: Client, signal: AbortSignal, changed: () => void): Promise<void> {
  let before: string | undefined;
  while (!signal.aborted) {
    const now = await firstRunOf(client);
    // The first Promise of all makes the list.
    const first = before === undefined || before === none;
    if (!first && now !== before && now !== away) changed();
    before = now;
    await pause(beatMillis, signal);
  }
}

const away = 'away';
const none = 'none';

async function firstRunOf(client: Client): Promise<string> {
  try {
    const { raw } = await client.withDeadline(Date.now() + beatMillis, () =>
      client.workflow.getHandle(promisesId).describe(),
    );
    return raw.workflowExecutionInfo?.firstRunId ?? '';
  } catch (thrown) {
    return thrown instanceof WorkflowNotFoundError ? none : away;
  }
}
