import type { RetryPolicy } from '@temporalio/common';
import { ActivityFailure } from '@temporalio/workflow';
import { rootFailure } from '../failures.js';
import { kratixPace } from '../options.js';
import type { RunProgress, Standstill } from './progress.js';
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
  progress: Pick<RunProgress, 'deleting' | 'troubles'>,
  trouble: string,
  attempt: (retry: RetryPolicy) => Promise<T>,
): Promise<T> {
  const mine: Standstill = { why: '' };
  const others = () => progress.troubles.filter((each) => each !== mine);
  for (let retry: RetryPolicy = untilTold; ; retry = untilToldAnew) {
    try {
      const result = await attempt(retry);
      progress.troubles = others();
      if (mine.why !== '') await tellStandstill(progress);
      return result;
    } catch (thrown) {
      progress.troubles = others();
      if (!isExhausted(thrown)) throw thrown;
      mine.why = `${trouble}: ${rootFailure(thrown).message}`;
      progress.troubles = [...progress.troubles, mine];
      await tellStandstill(progress);
    }
  }
}

/** Several stores may be away at once: what is told is always all of it. */
async function tellStandstill({ deleting, troubles }: Pick<RunProgress, 'deleting' | 'troubles'>): Promise<void> {
  if (troubles.length === 0) return tellEntity({ phase: deleting ? 'Deleting' : 'Running', message: 'goes on' });
  const message = `${troubles.map(({ why }) => why).join('; ')}; tried until it succeeds`;
  await tellEntity({ phase: deleting ? 'Deleting' : 'Waiting', message });
}

/** Another attempt may succeed: what failed was tried as often as was said, and nothing about it was final. */
export function isExhausted(thrown: unknown): boolean {
  return thrown instanceof ActivityFailure && thrown.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
}
