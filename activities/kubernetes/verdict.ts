import type { Failure } from '../../src/domain/failure.js';
import type { StageResult } from '../../src/domain/stageTask.js';

/** What is to be done with a Job after something of it was seen. */
export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'done'; readonly result: StageResult }
  /** The Job has failed by itself, or goes on: it is left alone. */
  | { readonly kind: 'throw'; readonly failure: Failure }
  /** The Job would try in vain: it is ended and kept. */
  | { readonly kind: 'end'; readonly failure: Failure }
  /** The Job is of no use any more: the next attempt makes another. */
  | { readonly kind: 'remove'; readonly failure: Failure };
