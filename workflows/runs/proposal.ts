import type { RetryPolicy } from '@temporalio/common';
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Proposal, WrittenStore } from '../../activities/stores/storeJobs.js';
import { storeKey } from '../../src/domain/destination.js';
import { artifactTroubles, storeTroubles } from '../../src/domain/storeTrouble.js';
import { rootFailure } from '../failures.js';
import type { StoreActivities } from '../options.js';
import { awaiting, storing } from '../options.js';
import { isExhausted } from './insist.js';
import type { RunProgress } from './progress.js';
import { beginStandstill, tellStandstills } from './standstill.js';

/** How a proposal is made; people then have all the time they need. */
export interface Proposing {
  readonly stores: StoreActivities;
  readonly retry: RetryPolicy;
}

/**
 * Puts documents on a branch of their own and waits until the target branch has them, however long people take.
 * Who no longer wants them takes the branch away again.
 */
export async function deliverProposal(
  { stores, retry }: Proposing,
  proposal: Proposal,
  progress: RunProgress,
): Promise<WrittenStore> {
  const { branch, job } = proposal;
  try {
    await stores.proposeStore.executeWithOptions({ summary: `propose on ${branch}`, retry }, [proposal]);
    return await awaitMerge(proposal, progress);
  } catch (thrown) {
    const isGivenUp = isCancellation(thrown) && progress.givenUp;
    if (isGivenUp || rootFailure(thrown).type === final) {
      await CancellationScope.nonCancellable(() => storing.withdrawProposal({ store: job.store, branch }));
    }
    throw thrown;
  }
}

/**
 * People merge when they merge: some at once, or a bot does; then asked every 30 seconds, as often as a git host is glad to
 * be asked. The server repeats the activity, so days of waiting add nothing to the history and hold no slot of a worker.
 */
const asking = { initialInterval: '4 seconds', backoffCoefficient: 2, maximumInterval: '30 seconds' };

/** What is to be compared is lost: only a new run brings it back. */
const final = 'ArtifactMissing';

const unanswered: readonly string[] = [...storeTroubles, ...artifactTroubles];

const whileAnswered: RetryPolicy = { ...asking, nonRetryableErrorTypes: [final, ...unanswered] };

/** About an hour; then it is told anew why nobody can be asked, or that only people are waited for. */
const afterTrouble: RetryPolicy = { ...asking, maximumAttempts: 120, nonRetryableErrorTypes: [final] };

async function awaitMerge(proposal: Proposal, progress: RunProgress): Promise<WrittenStore> {
  const { branch, job } = proposal;
  const waiting = `branch ${branch} of ${storeKey(job.store)} waits to be merged`;
  const summary = `until ${branch} is merged`;
  const standstill = beginStandstill(progress);
  let trouble = '';
  try {
    for (;;) {
      standstill.why = trouble === '' ? waiting : `${waiting}; last asked in vain: ${trouble}`;
      await tellStandstills(progress);
      const retry = trouble === '' ? whileAnswered : afterTrouble;
      try {
        return await awaiting.awaitMerge.executeWithOptions({ summary, retry }, [proposal]);
      } catch (thrown) {
        const { type, message } = rootFailure(thrown);
        if (!isExhausted(thrown) && !unanswered.includes(type)) throw thrown;
        trouble = type === 'NotMerged' ? '' : message;
      }
    }
  } finally {
    standstill.why = '';
  }
}
