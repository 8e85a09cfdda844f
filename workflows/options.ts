import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ProjectionActivities } from '../src/domain/projection.js';
import { awaitedPod } from '../src/domain/stageTask.js';
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

/** For what is tried until it is done (reference, section 6.1). */
export const kratixPace = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '15 seconds',
} as const;

/** 10 minutes cover a first clone of a large repository. */
const writeLimits = { startToCloseTimeout: '10 minutes', heartbeatTimeout: '20 seconds' } as const;

/**
 * Three attempts outlast a passing trouble; a store that does not answer then is the platform's trouble: the run ends as
 * waiting, and documents go out when the store has been seen to answer again.
 */
export const briefly = { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 } as const;

export const storing = proxyActivities<Activities>({ ...writeLimits, retry: briefly, cancellationType: 'TRY_CANCEL' });

/**
 * A question to a git host or a cluster is answered in seconds; 2 minutes cover a busy one, and a pod that takes its 30
 * seconds to stop.
 */
export const awaiting = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '20 seconds',
  cancellationType: 'TRY_CANCEL',
});

/**
 * Status in a cluster: tried until the API server answers, which is also when the next wish can come. Ten minutes, and
 * then asked anew: the cluster may have been built anew, and its controller listen elsewhere.
 */
export function projecting(taskQueue: string) {
  return proxyActivities<ProjectionActivities>({
    taskQueue,
    scheduleToCloseTimeout: '10 minutes',
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '15 seconds' },
  });
}

/**
 * A word to the controller that readiness changed. It looks for itself when it starts, so what it does not hear within
 * ten minutes is not worth a history that cannot be renewed meanwhile.
 */
export function nudging(taskQueue: string) {
  return proxyActivities<ProjectionActivities>({
    taskQueue,
    scheduleToCloseTimeout: '10 minutes',
    startToCloseTimeout: '60 seconds',
    retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '15 seconds' },
  });
}

export type StoreActivities = typeof storing;

/**
 * Writes of a run to state stores. One that is given up is over before its run is, so that whoever comes next is not
 * overtaken by it.
 * @param awaitsEnds false for runs that began before this was so
 */
export function storeActivities(awaitsEnds: boolean): StoreActivities {
  if (!awaitsEnds) return storing;
  const cancellationType = 'WAIT_CANCELLATION_COMPLETED';
  return proxyActivities<Activities>({ ...writeLimits, retry: briefly, cancellationType });
}

/**
 * Removes a Destination's documents. Given up after a while, so that the entity which keeps all Destinations can begin a
 * fresh history; its next sweep asks again.
 */
export const clearing = proxyActivities<Activities>({
  ...writeLimits,
  scheduleToCloseTimeout: '2 minutes',
  retry: kratixPace,
  cancellationType: 'TRY_CANCEL',
});

/** A Destination's or store's check is answered within a minute or reported as not reachable; the entity asks again. */
export const checking = proxyActivities<Activities>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/**
 * The sweep reads every history and lists every artifact: some minutes for a thousand objects, and six hours are more
 * than any disk needs. Two more attempts outlast a passing trouble; the next day brings another sweep.
 */
export const sweeping = proxyActivities<Activities>({
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 minute', backoffCoefficient: 5, maximumAttempts: 3 },
});

/**
 * Stages. The stage's own limit is kept by the activity, which knows how to stop a container; the 3 minutes on top
 * are for what comes before it, of which a pod is given one to begin, and for stopping it. A pod that does not begin is
 * awaited by another activity (`runs/awaitedPod.ts`). A worker that does not report for 10 s is dead.
 * How often a failing stage is repeated is the Promise's choice and decided in the activity: a worker's death is
 * never the stage's fault and always leads to another attempt.
 */
export function stageActivities(
  timeoutSeconds: number,
): Pick<ReturnType<typeof proxyActivities<Activities>>, 'runStage'> {
  return proxyActivities<Activities>({
    taskQueue: stagesQueue(workflowInfo().taskQueue),
    startToCloseTimeout: (timeoutSeconds + 180) * 1000,
    heartbeatTimeout: '10 seconds',
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 3,
      maximumInterval: '1 minute',
      nonRetryableErrorTypes: [awaitedPod],
    },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}
