import { expect, test } from '@jest/globals';
import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { rootFailure } from '../../../workflows/failures.js';

test.each([
  ['START_TO_CLOSE', 'lookAtStore: what it waits for did not answer in time'],
  ['HEARTBEAT', 'lookAtStore: its worker went away'],
] as const)('a step that ended by %s says which and why', (timeoutType, message) => {
  const cause = new TimeoutFailure('activity timeout', undefined, timeoutType);
  const failure = new ActivityFailure('Activity task timed out', 'lookAtStore', '1', 'TIMEOUT', 'worker', cause);
  expect(rootFailure(failure)).toEqual({ type: 'TimedOut', message });
});
