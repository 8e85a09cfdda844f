import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { stagesQueue } from '../src/domain/taskQueues.js';
import type { Activities } from '../activities/activities.js';

/**
 * Checks and hand-overs: a few milliseconds of work. 30 s covers a busy machine; what fails for a passing reason is
 * tried again without end, because the asker can cancel and a wrong document fails at once.
 */
export const quick = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '15 seconds' },
});

/** 10 minutes cover a first clone of a large repository. */
const writeLimits = { startToCloseTimeout: '10 minutes', heartbeatTimeout: '20 seconds' } as const;

/**
 * Writes to a state store. Three attempts outlast a passing trouble; a store that does not answer then is the
 * platform's trouble: the run ends as waiting, and documents go out when the store has been seen to answer again.
 */
export const storing = proxyActivities<Activities>({
  ...writeLimits,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 },
  cancellationType: 'TRY_CANCEL',
});

/** Removals have nothing that could wait instead: tried at Kratix's pace (reference, section 6.1) until they are done. */
export const insisting = proxyActivities<Activities>({
  ...writeLimits,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '15 seconds' },
  cancellationType: 'TRY_CANCEL',
});

/** A Destination's or store's check is answered within a minute or reported as not reachable; the entity asks again. */
export const checking = proxyActivities<Activities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/**
 * Stages. The stage's own limit is kept by the activity, which knows how to stop a container; the 2 minutes on top
 * are for pulling down what the stage needs and for stopping it. A worker that does not report for 10 s is dead.
 * How often a failing stage is repeated is the Promise's choice and decided in the activity: a worker's death is
 * never the stage's fault and always leads to another attempt.
 */
export function stageActivities(
  timeoutSeconds: number,
): Pick<ReturnType<typeof proxyActivities<Activities>>, 'runStage'> {
  return proxyActivities<Activities>({
    taskQueue: stagesQueue(workflowInfo().taskQueue),
    startToCloseTimeout: (timeoutSeconds + 120) * 1000,
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 3, maximumInterval: '1 minute' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
