import type { Failure } from '../../src/domain/failure.js';
import type { StageResult } from '../../src/domain/stageTask.js';

/** What is to be done with a Job after something of it was seen. */
export type Verdict =
  /** Its pod has not begun, or has to wait again. */
  | { readonly kind: 'wait' }
  /** Its pod's containers run: that is what the stage's limit is about. */
  | { readonly kind: 'runs' }
  | { readonly kind: 'done'; readonly result: StageResult }
  /** The Job has failed by itself, or goes on: it is left alone. */
  | { readonly kind: 'throw'; readonly failure: Failure }
  /** The Job would try in vain: it is ended and kept. */
  | { readonly kind: 'end'; readonly failure: Failure }
  /** The Job is of no use any more: the next attempt makes another. */
  | { readonly kind: 'remove'; readonly failure: Failure };
