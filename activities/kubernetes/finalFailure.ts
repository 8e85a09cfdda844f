import { Failure } from '../../src/domain/failure.js';
import type { StageTask } from '../../src/domain/stageTask.js';

/**
 * Jobs that vanish again and again are not worth a pod each for ever. Nodes that come and go take a few: attempts are up
 * to a minute apart, so these cover a quarter of an hour.
 */
const mostAttempts = 20;

/** What an attempt failed with, made final where another one would find the same. */
export function finalFailure(thrown: unknown, { action }: StageTask, attempt: number): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  const { type, message } = thrown;
  // Nobody makes a namespace for the sake of what was deleted with it.
  if (type === 'NamespaceMissing' && action === 'delete') {
    return new Failure('NamespaceGone', message, false, { cause: thrown });
  }
  if (type !== 'PodLost' || attempt < mostAttempts) return thrown;
  return new Failure(type, `${message}; given up after attempt ${attempt}`, false, { cause: thrown });
}
