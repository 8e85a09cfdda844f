import { Failure } from '../../src/domain/failure.js';
import type { Checked } from '../../src/domain/problem.js';
import { describeProblems } from '../../src/domain/problem.js';

/** The value of a check, or a Failure `Refused` that lists every problem in one line. */
export function orRefuse<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new Failure('Refused', describeProblems(checked.problems), false);
}
