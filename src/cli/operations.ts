import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Accepted, OperationResult, Settled } from '../../workflows/operation.js';
import { reason } from '../domain/failure.js';
import type { Phase } from '../domain/phase.js';
import { standsStill } from '../domain/phase.js';
import type { Platform } from './connection.js';

/** An operation that runs: hand-over and end as events, not as polls. */
export interface RunningOperation {
  readonly object: string;
  /** Resolves when the platform has taken the wish; undefined when the operation has already ended. */
  accepted(): Promise<Accepted | undefined>;
  /** Resolves when it is done, has failed, or waits for something outside. */
  settled(): Promise<Ending>;
  /** Resolves when it is done or has failed. */
  ended(): Promise<Ending>;
}

export interface Ending {
  readonly phase: Phase;
  readonly message: string;
  readonly changed: boolean;
  /** A wish that was refused at the door, as opposed to one that failed on the way. */
  readonly refused: boolean;
}

export interface OperationStart {
  readonly type: string;
  readonly workflowId: string;
  readonly object: string;
  readonly input: unknown;
}

/** Starts an operation, or joins the same one if it runs already. */
export async function startOperation(platform: Platform, start: OperationStart): Promise<RunningOperation> {
  const handle = await platform.client.workflow.start(start.type, {
    workflowId: start.workflowId,
    taskQueue: platform.taskQueue,
    args: [start.input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${start.type} ${start.object}`,
  });
  return {
    object: start.object,
    accepted: () => whileRunning(() => handle.executeUpdate<Accepted, []>('accepted')),
    async settled() {
      const settled = await whileRunning(() => handle.executeUpdate<Settled, []>('settled'));
      if (settled === undefined || !standsStill(settled.phase)) return ending(handle);
      return { phase: settled.phase, message: settled.message, changed: true, refused: false };
    },
    ended: () => ending(handle),
  };
}

/** An operation that ends meanwhile rejects updates; its result then says everything. */
async function whileRunning<T>(update: () => Promise<T>): Promise<T | undefined> {
  return update().catch(() => undefined);
}

async function ending(handle: WorkflowHandle): Promise<Ending> {
  try {
    const { phase, message, changed } = (await handle.result()) as OperationResult;
    return { phase, message, changed, refused: false };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const refused = cause instanceof ApplicationFailure && cause.type === 'Refused';
    return { phase: 'Failed', message: reason(cause ?? error), changed: true, refused };
  }
}
