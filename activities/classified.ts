import { activityInfo, ApplicationFailure, cancellationSignal, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { Failure, reason } from '../src/domain/failure.js';
import { awaitedPod } from '../src/domain/stageTask.js';

/** Half of the shortest heartbeat timeout (workflows/options.ts), so that one lost beat does not look like a death. */
const heartbeatMillis = 4_000;

/**
 * What every activity has around it: heartbeats while it works, with what it has to tell (the Web UI and `temporal
 * workflow describe` show it), the cancellation signal, and a Failure told to
 * Temporal as type, one line and whether to try again.
 */
export async function classified<T>(
  work: (signal: AbortSignal, tell: (line: string) => void) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let told: string | undefined;
  const beat = () => context.heartbeat(told);
  const beats = setInterval(beat, heartbeatMillis);
  try {
    return await work(cancellationSignal(), (line) => {
      if (line === told) return;
      told = line;
      beat();
    });
  } catch (thrown) {
    if (thrown instanceof Failure) throw applicationFailure(thrown);
    throw thrown;
  } finally {
    clearInterval(beats);
  }
}

/** What waits for people or for a cluster is no fault that a log should warn of. */
const awaited: readonly string[] = ['NotMerged', awaitedPod];

function applicationFailure(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    message: reason(failure),
    type: failure.type,
    nonRetryable: !failure.retryable,
    category: awaited.includes(failure.type) ? ApplicationFailureCategory.BENIGN : undefined,
    details: failure.details === undefined ? [] : [failure.details],
  });
}

/** Attempts so far, this one included. */
export function attempt(): number {
  return activityInfo().attempt;
}
