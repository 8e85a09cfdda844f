import type { RetryPolicy } from '@temporalio/common';
import { CancellationScope, isCancellation, patched } from '@temporalio/workflow';
import { describeOwner } from '../../src/domain/owner.js';
import type { RunInput, ScheduledWorks } from '../../src/domain/run.js';
import {
  beginJob,
  endJob,
  markRefused,
  markUnwritten,
  markWritten,
  movesLast,
  replaceWork,
  storeJobs,
} from '../../src/domain/works.js';
import type { StoreJob, StoreJobs } from '../../src/domain/works.js';
import { isPlatformTrouble, isStoreTrouble } from '../../src/domain/storeTrouble.js';
import { rootFailure } from '../failures.js';
import { briefly, storeActivities } from '../options.js';
import { insist } from './insist.js';
import type { RunProgress } from './progress.js';
import { deliverProposal } from './proposal.js';

/** What a store says to documents, and says again a second later: the run fails, and its object tries again in minutes. */
const unlessRefused = { nonRetryableErrorTypes: ['DocumentRefused'] };

/** Writes that go on beside the next pipeline's stages; a superseded run gives up what is not yet written. */
export interface Deliveries {
  start(scheduled: ScheduledWorks): void;
  /** Resolves when every store has everything; throws the first write that cannot be done. */
  settled(): Promise<void>;
  /** Whether this is a write or a removal that cannot be done. */
  hasFailedOf(thrown: unknown): boolean;
  /** Nobody wants any more what is not yet written. */
  giveUp(): void;
  /** Nobody waits for people any more. */
  giveUpReviews(): void;
  /** Resolves when nothing is being written any more; what waits for people is given up. */
  ended(): Promise<void>;
}

/**
 * What a store does not take now waits, unless the run makes documents go.
 * @param configuring its pipelines may bring what a write lacks
 */
export function beginDeliveries(input: RunInput, progress: RunProgress, configuring: boolean): Deliveries {
  const scope = new CancellationScope();
  const reviews = new CancellationScope();
  const stores = storeActivities(input.awaitsEnds === true);
  const failures: unknown[] = [];
  const pending: Promise<unknown>[] = [];
  let proposals = 0;

  /** One for each change: people merge them one by one. */
  function nextBranch(): string {
    proposals += 1;
    return proposals === 1 ? `fulfil/${input.run}` : `fulfil/${input.run}-${proposals}`;
  }

  async function deliver(job: StoreJob, branch: string | undefined, retry: RetryPolicy): Promise<void> {
    const wish = { run: input.run, title: describeOwner(input.owner), job };
    const {
      revision,
      remark,
      drifted = [],
    } = branch !== undefined
      ? await reviews.run(() => deliverProposal({ stores, retry }, { ...wish, branch }, progress))
      : await stores.writeStore.executeWithOptions({ summary: describeJob(job), retry }, [wish]);
    progress.works = markWritten(progress.works, job, revision);
    progress.leftovers = endJob(progress.leftovers, job);
    progress.repaired = [...progress.repaired, ...drifted];
    if (remark !== undefined) progress.remarks = [...progress.remarks, remark];
  }

  async function deliverOncePossible(job: StoreJob): Promise<void> {
    const branch = job.proposal === true ? nextBranch() : undefined;
    if (progress.deleting)
      return insist(progress, 'its documents cannot be removed yet', (retry) => deliver(job, branch, retry));
    const insistOn = (trouble: string) =>
      insist(progress, trouble, (retry) => deliver(job, branch, { ...retry, ...unlessRefused }));
    try {
      await deliver(job, branch, { ...briefly, ...unlessRefused });
    } catch (thrown) {
      const { type } = rootFailure(thrown);
      const trouble = 'its documents cannot be written yet';
      // Pipelines have to run for it, of this run or another: who waits for the end of this one waits no longer.
      if (type === 'PartMissing' && configuring) return reviews.run(() => insistOn(trouble));
      const awaited = type === 'ArtifactsUnavailable' ? 'artifacts-awaited' : 'platform-awaited';
      if (!isPlatformTrouble(type) || !patched(awaited)) throw thrown;
      await insistOn(trouble);
    }
  }

  /** Whether the store has everything; what it does not take is noted. */
  async function attempt(job: StoreJob): Promise<boolean> {
    try {
      await scope.run(() => deliverOncePossible(job));
      return true;
    } catch (thrown) {
      // Nobody waits for what it wanted any more, nor for why it was not to be had.
      if (progress.superseded || isCancellation(thrown)) return false;
      const { type, message } = rootFailure(thrown);
      if (job.verify === true) progress.works = markUnwritten(progress.works, job);
      progress.works = markRefused(progress.works, job, message);
      if (isStoreTrouble(type)) progress.unwritten = [...progress.unwritten, message];
      else failures.push(thrown);
      return false;
    }
  }

  async function deliverAll(jobs: readonly StoreJob[]): Promise<boolean> {
    const taken = await Promise.all(jobs.map(attempt));
    return taken.every(Boolean);
  }

  /** What does not get to its new store stays in the old one, and is a leftover. */
  async function move({ first, then }: StoreJobs): Promise<void> {
    const isThere = await deliverAll(first);
    if (isThere && !progress.superseded) await deliverAll(then);
  }

  function giveUpReviews(): void {
    progress.givenUp = true;
    reviews.cancel();
  }

  return {
    start({ works, unscheduled, obsolete }) {
      for (const work of works) progress.works = replaceWork(progress.works, work);
      progress.unscheduled = [...progress.unscheduled, ...unscheduled];
      const jobs = storeJobs(works, obsolete, input.verify, progress.leftovers);
      for (const job of jobs) progress.leftovers = beginJob(progress.leftovers, job);
      const inOrder = movesLast(jobs);
      const isMove = inOrder.then.length > 0 && patched('moves-last');
      pending.push(isMove ? move(inOrder) : deliverAll(jobs));
    },
    async settled() {
      await Promise.all(pending);
      if (failures.length > 0) throw failures[0];
    },
    hasFailedOf: (thrown) => failures.includes(thrown),
    giveUp() {
      scope.cancel();
      giveUpReviews();
    },
    giveUpReviews,
    async ended() {
      giveUpReviews();
      await Promise.all(pending);
    },
  };
}

function describeJob({ store, write, remove }: StoreJob): string {
  const parts = [
    ...(write.length > 0 ? [`write ${write.length}`] : []),
    ...(remove.length > 0 ? [`remove ${remove.length}`] : []),
  ];
  return `${store.name}: ${parts.join(', ')} placement(s)`;
}
