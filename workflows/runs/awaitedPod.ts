import type { RetryPolicy } from '@temporalio/common';
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { StageTask } from '../../src/domain/stageTask.js';
import { awaitedPod } from '../../src/domain/stageTask.js';
import { rootFailure } from '../failures.js';
import { awaiting, kratixPace } from '../options.js';
import { isExhausted } from './insist.js';
import type { RunProgress } from './progress.js';
import { beginStandstill, tellStandstills } from './standstill.js';

/**
 * Runs a stage. A pod that lacks a node, an image or a volume is waited for without limit, as Kubernetes does, and who
 * looks at the object hears why; the stage's call then goes on with the same Job.
 */
export async function oncePodGetsOn<T>(progress: RunProgress, task: StageTask, runStage: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await runStage();
    } catch (thrown) {
      const { type, message } = rootFailure(thrown);
      if (type !== awaitedPod) throw thrown;
      await untilPodGetsOn(progress, task, message);
    }
  }
}

/**
 * Pods begin within seconds of what they lacked, or after minutes when a kubelet pauses between pulls. The server repeats
 * the look, so days of waiting hold no slot of a worker; about every hour it is told anew why, for a month of hours is
 * still a short history.
 */
const forAnHour: RetryPolicy = {
  initialInterval: '2 seconds',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
  maximumAttempts: 120,
};

async function untilPodGetsOn(progress: RunProgress, task: StageTask, reason: string): Promise<void> {
  const standstill = beginStandstill(progress);
  let why: string | undefined = reason;
  while (why !== undefined) {
    standstill.why = `${why}; goes on by itself`;
    try {
      why = await progress.patience.run(() => look(progress, task));
    } catch (thrown) {
      standstill.why = '';
      if (isCancellation(thrown) && !(await withdraw(task))) return;
      throw thrown;
    }
  }
  standstill.why = '';
  await tellStandstills(progress);
}

/** Why the pod does not get on even now; nothing once it does. */
async function look(progress: RunProgress, task: StageTask): Promise<string | undefined> {
  await tellStandstills(progress);
  const summary = `until the pod of ${task.pipeline} gets on`;
  try {
    await awaiting.awaitPod.executeWithOptions({ summary, retry: forAnHour }, [task]);
    return undefined;
  } catch (thrown) {
    if (!isExhausted(thrown)) throw thrown;
    return rootFailure(thrown).message;
  }
}

/**
 * Nobody wants any more what has not begun. What has begun since the last look is left to end, as any stage is (reference,
 * section 4.3), unless the run is stopped at once: then nothing is left.
 */
async function withdraw(task: StageTask): Promise<boolean> {
  const unlessBegun = !CancellationScope.current().consideredCancelled;
  return CancellationScope.nonCancellable(() =>
    awaiting.withdrawPod.executeWithOptions({ retry: kratixPace }, [{ task, unlessBegun }]),
  );
}
