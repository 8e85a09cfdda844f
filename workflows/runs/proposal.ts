import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { WriteStore, WrittenStore } from '../../activities/stores/storeJobs.js';
import { storeKey } from '../../src/domain/destination.js';
import type { Progress } from '../messages.js';
import { signals } from '../messages.js';
import { awaiting, storing } from '../options.js';
import { send } from '../waiters.js';
import type { RunProgress } from './progress.js';

/**
 * Puts documents on a branch of their own and waits until the target branch has them, however long people take.
 * Who no longer wants them takes the branch away again.
 */
export async function deliverProposal(
  stores: typeof storing,
  wish: WriteStore,
  progress: RunProgress,
): Promise<WrittenStore> {
  const branch = `fulfil/${wish.run}`;
  const proposal = { ...wish, branch };
  const store = storeKey(wish.job.store);
  try {
    await stores.proposeStore.executeWithOptions({ summary: `propose on ${branch}` }, [proposal]);
    await tellEntity({ phase: 'Waiting', message: `branch ${branch} of ${store} waits to be merged` });
    return await awaiting.awaitMerge.executeWithOptions({ summary: `until ${branch} is merged` }, [proposal]);
  } catch (thrown) {
    if (isCancellation(thrown) && progress.superseded) {
      await CancellationScope.nonCancellable(() => storing.withdrawProposal({ store: wish.job.store, branch }));
    }
    throw thrown;
  }
}

async function tellEntity(progress: Progress): Promise<void> {
  const { parent } = workflowInfo();
  if (parent !== undefined) await send(parent.workflowId, signals.runProgress, progress);
}
