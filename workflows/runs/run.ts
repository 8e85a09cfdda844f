import { ApplicationFailure, CancellationScope, defineSignal, isCancellation, setHandler } from '@temporalio/workflow';
import { describeOwner } from '../../src/domain/owner.js';
import type { RunInput, RunResult } from '../../src/domain/run.js';
import { unwantedLeftovers } from '../../src/domain/obsolete.js';
import { rootFailure, withoutStack } from '../failures.js';
import type { RunDocument, Supersede } from '../messages.js';
import { signals } from '../messages.js';
import type { Deliveries } from './delivery.js';
import { beginDeliveries } from './delivery.js';
import type { RunProgress } from './progress.js';
import { beginProgress, resultOf } from './progress.js';
import { scheduleWorks } from './scheduleWorks.js';

const supersedeSignal = defineSignal<[Supersede]>(signals.supersede);
const relabelledSignal = defineSignal<[RunDocument]>(signals.relabelled);

/**
 * What every run has in common: progress to query, writes that go on beside it, an end that is either a result or
 * one line of failure with the result so far as its detail.
 */
export async function conductRun(
  input: RunInput,
  steps: (progress: RunProgress, deliveries: Deliveries) => Promise<void>,
  { deleting = false, configuring = false } = {},
): Promise<RunResult> {
  const progress = beginProgress(input, deleting);
  const deliveries = beginDeliveries(input, progress, configuring);
  const stages = new CancellationScope();
  setHandler(supersedeSignal, ({ atOnce, pauses = false }) => {
    progress.superseded = true;
    progress.patience.cancel();
    if (pauses) deliveries.giveUpReviews();
    else deliveries.giveUp();
    if (atOnce) stages.cancel();
  });
  setHandler(relabelledSignal, ({ document }) => {
    progress.document = document;
  });
  /** What is given up for something newer has not failed. */
  const unlessSuperseded = (thrown: unknown) => {
    if (!isCancellation(thrown) || !progress.superseded) throw thrown;
  };
  try {
    await stages.run(() => steps(progress, deliveries)).catch(unlessSuperseded);
    await deliveries.settled();
    const isOver = progress.superseded || progress.unwritten.length > 0;
    if (!isOver) await clearLeftovers(progress, deliveries).catch(unlessSuperseded);
    return resultOf(progress);
  } catch (thrown) {
    if (input.awaitsEnds === true) await deliveries.ended();
    if (isCancellation(thrown)) throw thrown;
    const { type, message } = rootFailure(thrown);
    const line = `${describeOwner(input.owner)}: ${message}`;
    const ofWrites = deliveries.hasFailedOf(thrown);
    const result: RunResult = { ...resultOf(progress), outcome: 'Failed', message: line, ofWrites };
    throw withoutStack(ApplicationFailure.create({ message: line, type, nonRetryable: true, details: [result] }));
  }
}

/** Removes what runs before this one may have left where nothing is wanted now. */
async function clearLeftovers(progress: RunProgress, deliveries: Deliveries): Promise<void> {
  const leftovers = unwantedLeftovers(progress.leftovers, progress.works);
  if (leftovers.length > 0) {
    deliveries.start(await scheduleWorks(progress, { before: [], after: [], leftovers }));
    await deliveries.settled();
  }
  // What a store did not take is still there, for the next run.
  progress.leftovers = unwantedLeftovers(progress.leftovers, progress.works);
}
