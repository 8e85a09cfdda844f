import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { OperationResult, Settled } from '../../workflows/operation.js';

export interface OperationTarget {
  readonly client: Client;
  readonly taskQueue: string;
}

export type OperationType =
  | 'installPromise'
  | 'configureResource'
  | 'bindResource'
  | 'deletePromise'
  | 'deleteResource'
  | 'registerDestination'
  | 'deregisterDestination'
  | 'registerStateStore'
  | 'deregisterStateStore'
  | 'repair'
  | 'sweepArtifacts';

/** Starts an operation as `temporal workflow start` would. */
export async function start(
  { client, taskQueue }: OperationTarget,
  type: OperationType,
  input: unknown,
): Promise<WorkflowHandle> {
  return client.workflow.start(type, { workflowId: `${type}/${randomUUID()}`, taskQueue, args: [input] });
}

/** Starts an operation and returns when an entity has taken its wish. */
export async function handOver(target: OperationTarget, type: OperationType, input: unknown): Promise<WorkflowHandle> {
  const handle = await start(target, type, input);
  await handle.executeUpdate('accepted');
  return handle;
}

export async function execute(target: OperationTarget, type: OperationType, input: unknown): Promise<OperationResult> {
  return ended(await start(target, type, input));
}

export async function ended(handle: WorkflowHandle): Promise<OperationResult> {
  return (await handle.result()) as OperationResult;
}

/** How far an operation got when it first came to an end or had to wait. */
export async function settled(handle: WorkflowHandle): Promise<Settled> {
  return handle.executeUpdate<Settled, []>('settled');
}

export interface OperationFailure {
  readonly type: string;
  readonly message: string;
}

/** The failure of an operation that has to fail. */
export async function failure(work: Promise<unknown>): Promise<OperationFailure> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure) return { type: cause.type ?? '', message: cause.message };
    return { type: cause?.name ?? '', message: cause?.message ?? '' };
  }
  throw new Error(`the operation was to fail and did not: ${JSON.stringify(result)}`);
}
