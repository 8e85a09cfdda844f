import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';

/** The failure at the bottom of what Temporal wrapped around it: its type and its one line. */
export function rootFailure(thrown: unknown): { readonly type: string; readonly message: string } {
  if (isCancellation(thrown)) return { type: 'Cancelled', message: 'was cancelled' };
  const inner = innermost(thrown);
  if (thrown instanceof ActivityFailure && inner instanceof TimeoutFailure)
    return { type: 'TimedOut', message: timedOut(thrown, inner) };
  if (inner instanceof TerminatedFailure) return { type: 'Terminated', message: 'was terminated' };
  if (inner instanceof ApplicationFailure) return { type: inner.type ?? 'Error', message: inner.message };
  if (inner instanceof Error) return { type: inner.name, message: inner.message };
  return { type: 'Error', message: String(inner) };
}

/** Temporal's own words are `activity StartToClose timeout`. */
function timedOut({ activityType }: ActivityFailure, { timeoutType }: TimeoutFailure): string {
  const why = timeoutType === 'HEARTBEAT' ? 'its worker went away' : 'what it waits for did not answer in time';
  return `${activityType}: ${why}`;
}

function innermost(thrown: unknown): unknown {
  const wrapped = thrown instanceof ActivityFailure || thrown instanceof ChildWorkflowFailure;
  return wrapped && thrown.cause !== undefined ? innermost(thrown.cause) : thrown;
}

/** Plain data that the failure at the bottom carries. */
export function failureDetails(thrown: unknown): unknown {
  const inner = innermost(thrown);
  return inner instanceof ApplicationFailure ? inner.details?.[0] : undefined;
}

/** A failure whose first line says everything: Temporal's own wrappers start with "Activity task failed". */
export function oneLine(thrown: unknown): ApplicationFailure {
  const { type, message } = rootFailure(thrown);
  return withoutStack(ApplicationFailure.nonRetryable(message, type));
}

/** Temporal's tools print a stack below the message; ours would only say the message again. */
export function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}
