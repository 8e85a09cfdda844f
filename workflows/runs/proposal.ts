import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Proposal, WrittenStore } from '../../activities/stores/storeJobs.js';
import { storeKey } from '../../src/domain/destination.js';
import type { Progress } from '../messages.js';
import { signals } from '../messages.js';
import type { StoreActivities } from '../options.js';
import { awaiting, storing } from '../options.js';
import { send } from '../waiters.js';
import type { RunProgress } from './progress.js';

/**
 * Puts documents on a branch of their own and waits until the target branch has them, however long people take.
 * Who no longer wants them takes the branch away again.
 */
export async function deliverProposal(
  stores: StoreActivities,
  proposal: Proposal,
  progress: RunProgress,
): Promise<WrittenStore> {
  const { branch, job } = proposal;
  const store = storeKey(job.store);
  try {
    await stores.proposeStore.executeWithOptions({ summary: `propose on ${branch}` }, [proposal]);
    await tellEntity({ phase: 'Waiting', message: `branch ${branch} of ${store} waits to be merged` });
    return await awaiting.awaitMerge.executeWithOptions({ summary: `until ${branch} is merged` }, [proposal]);
  } catch (thrown) {
    if (isCancellation(thrown) && progress.givenUp) {
      await CancellationScope.nonCancellable(() => storing.withdrawProposal({ store: job.store, branch }));
    }
    throw thrown;
  }
}

async function tellEntity(progress: Progress): Promise<void> {
  const { parent } = workflowInfo();
  if (parent !== undefined) await send(parent.workflowId, signals.runProgress, progress);
}
