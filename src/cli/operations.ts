import type { WorkflowHandle } from '@temporalio/client';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Accepted, OperationResult, Settled } from '../../workflows/operation.js';
import { reason } from '../domain/failure.js';
import type { Phase } from '../domain/phase.js';
import { standsStill } from '../domain/phase.js';
import type { Platform } from './connection.js';

/** An operation that runs: hand-over and end as events, not as polls. */
export interface RunningOperation {
  readonly object: string;
  readonly workflowId: string;
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

/**
 * Starts an operation. One that asks for the same and still runs is joined, and hands over once more: something else
 * may have been asked for since.
 */
export async function startOperation(platform: Platform, start: OperationStart): Promise<RunningOperation> {
  const begun = await begin(platform, start);
  if (begun !== undefined) return running(start, begun, () => begun.executeUpdate<Accepted, []>('accepted'));
  const joined = platform.client.workflow.getHandle(start.workflowId);
  try {
    const update = await joined.startUpdate<Accepted, []>('again', { waitForStage: 'ACCEPTED' });
    const accepted = await update.result();
    // This one, should another of its id follow it.
    const handle = platform.client.workflow.getHandle(start.workflowId, update.workflowRunId);
    return running(start, handle, () => Promise.resolve(accepted));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return startOperation(platform, start); // it has just ended
    if (error instanceof WorkflowUpdateFailedError) return failedOperation(start, endingOf(error));
    throw error;
  }
}

/** Undefined when the same operation runs already. */
async function begin({ client, taskQueue }: Platform, { type, workflowId, object, input }: OperationStart) {
  const options = { workflowId, taskQueue, args: [input], staticSummary: `${type} ${object}` };
  return client.workflow.start(type, options).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  });
}

function running(
  { object, workflowId }: OperationStart,
  handle: WorkflowHandle,
  accepted: () => Promise<Accepted>,
): RunningOperation {
  return {
    object,
    workflowId,
    accepted: () => whileRunning(accepted),
    async settled() {
      const settled = await whileRunning(() => handle.executeUpdate<Settled, []>('settled'));
      if (settled === undefined || !standsStill(settled.phase)) return ending(handle);
      return { phase: settled.phase, message: settled.message, changed: true, refused: false };
    },
    ended: () => ending(handle),
  };
}

function failedOperation({ object, workflowId }: OperationStart, failure: Ending): RunningOperation {
  const ended = () => Promise.resolve(failure);
  return { object, workflowId, accepted: () => Promise.resolve(undefined), settled: ended, ended };
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
    if (error instanceof WorkflowFailedError) return endingOf(error);
    throw error;
  }
}

function endingOf(error: WorkflowFailedError | WorkflowUpdateFailedError): Ending {
  const { cause } = error;
  const refused = cause instanceof ApplicationFailure && cause.type === 'Refused';
  return { phase: 'Failed', message: reason(cause ?? error), changed: true, refused };
}
