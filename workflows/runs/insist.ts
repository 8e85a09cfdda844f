import type { RetryPolicy } from '@temporalio/common';
import { ActivityFailure } from '@temporalio/workflow';
import { rootFailure } from '../failures.js';
import { kratixPace } from '../options.js';
import type { RunProgress } from './progress.js';
import { tellEntity } from './progress.js';

/** Seven seconds outlast a passing trouble. */
const untilTold = { ...kratixPace, maximumAttempts: 4 };

/** An hour, in which the reason may have become another; a month of hours is still a short history. */
const untilToldAnew = { ...kratixPace, maximumAttempts: 240 };

/**
 * Tries until it succeeds or fails for good; from the first trouble that lasts on, who looks at the object hears why it
 * stands still.
 * @param trouble begins the sentence: `its documents cannot be removed yet`
 */
export async function insist<T>(
  { deleting }: Pick<RunProgress, 'deleting'>,
  trouble: string,
  attempt: (retry: RetryPolicy) => Promise<T>,
): Promise<T> {
  for (let retry: RetryPolicy = untilTold; ; retry = untilToldAnew) {
    try {
      const result = await attempt(retry);
      if (retry !== untilTold) await tellEntity({ phase: deleting ? 'Deleting' : 'Running', message: 'goes on' });
      return result;
    } catch (thrown) {
      if (!isExhausted(thrown)) throw thrown;
      const message = `${trouble}: ${rootFailure(thrown).message}; tried until it succeeds`;
      await tellEntity({ phase: deleting ? 'Deleting' : 'Waiting', message });
    }
  }
}

/** Another attempt may succeed: what failed was tried as often as was said, and nothing about it was final. */
export function isExhausted(thrown: unknown): boolean {
  return thrown instanceof ActivityFailure && thrown.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}
