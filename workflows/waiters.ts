import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { Answer, Progress, Ticket } from './messages.js';
import { signals } from './messages.js';

/** An operation that waits for an entity. */
export interface Waiter extends Ticket {
  readonly wants: 'apply' | 'remove';
  /** False when the wish was already fulfilled when it came. */
  readonly changed: boolean;
}

/** One waiter for each operation, with its newest request; the repeat of one that waits already changes nothing. */
export function addWaiter(waiters: readonly Waiter[], waiter: Waiter): Waiter[] {
  const known = waiters.find(({ operation }) => operation === waiter.operation);
  if (known?.request === waiter.request) return [...waiters];
  const others = waiters.filter((each) => each !== known);
  return [...others, { ...waiter, changed: waiter.changed || known?.changed === true }];
}

export async function tellProgress(waiters: readonly Waiter[], progress: Progress): Promise<void> {
  await Promise.all(waiters.map((waiter) => send(waiter.operation, signals.progress, progress)));
}

export async function tellAnswer(waiters: readonly Waiter[], answer: (waiter: Waiter) => Answer): Promise<void> {
  await Promise.all(
    waiters.map((waiter) => {
      const { operation, request } = waiter;
      return send(operation, signals.answer, { ...answer(waiter), request });
    }),
  );
}

/** Signals another workflow if it is there; one that has ended no longer needs to know. */
export async function send(workflowId: string, signal: string, payload: unknown): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, payload);
    return true;
  } catch (error) {
    log.debug('nobody to tell', { workflowId, signal, error: String(error) });
    return false;
  }
}
