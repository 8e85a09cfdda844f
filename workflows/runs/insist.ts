import type { RetryPolicy } from '@temporalio/common';
import { ActivityFailure } from '@temporalio/workflow';
import { rootFailure } from '../failures.js';
import { kratixPace } from '../options.js';
import type { RunProgress } from './progress.js';
import { beginStandstill, tellStandstills } from './standstill.js';

/** Seven seconds outlast a passing trouble. */
const untilTold = { ...kratixPace, maximumAttempts: 4 };

/** An hour at least, in which the reason may have become another; a month of hours is still a short history. */
const untilToldAnew = { ...kratixPace, maximumAttempts: 240 };

/**
 * Tries until it succeeds or fails for good; from the first trouble that lasts on, who looks at the object hears why it
 * stands still.
 * @param trouble begins the sentence: `its documents cannot be removed yet`
 */
export async function insist<T>(
  progress: RunProgress,
  trouble: string,
  attempt: (retry: RetryPolicy) => Promise<T>,
): Promise<T> {
  let retry: RetryPolicy = untilTold;
  const again = () => attempt(retry);
  const standstill = beginStandstill(progress);
  for (;;) {
    try {
      const result = await (retry === untilTold ? again() : progress.patience.run(again));
      standstill.why = '';
      if (retry !== untilTold) await tellStandstills(progress);
      return result;
    } catch (thrown) {
      standstill.why = '';
      if (!isExhausted(thrown)) throw thrown;
      retry = untilToldAnew;
      standstill.why = `${trouble}: ${rootFailure(thrown).message}; tried until it succeeds`;
      await tellStandstills(progress);
    }
  }
}

/** Another attempt may succeed: what failed was tried as often as was said, and nothing about it was final. */
export function isExhausted(thrown: unknown): boolean {
  return thrown instanceof ActivityFailure && thrown.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}
