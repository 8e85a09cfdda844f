import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { withoutStack } from './failures.js';
import * as operations from './operations.js';
import { repair } from './repair.js';
import { sweepArtifacts } from './sweep.js';

const known = Object.keys({ ...operations, repair, sweepArtifacts });

/**
 * Ends what was started with a type that there is not: whoever misspelled it would wait for ever. A run of a type that only
 * a newer version has waits for a worker of that version.
 */
export function unknownOperation(): never {
  const { workflowType, parent } = workflowInfo();
  const message = `workflow type: expected one of ${known.join(', ')}; found ${workflowType}`;
  // Any other error fails the workflow's task alone, which is tried again.
  if (parent !== undefined) throw new Error(message);
  throw withoutStack(ApplicationFailure.nonRetryable(message, 'UnknownOperation'));
}
