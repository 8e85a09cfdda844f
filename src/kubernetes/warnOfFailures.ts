import { reason } from '../domain/failure.js';
import type { ControllerContext } from './controllerContext.js';
import type { FollowedObject } from './reconciledKind.js';

/** Six seconds (`workQueue.ts`): a conflict, or a server that is replaced, is over by then. */
const firstTold = 5;
/** Ten minutes: Kubernetes keeps events for an hour. */
const toldEvery = 20;

/** An object that cannot be looked at, however often it is tried, says so where its users look. */
export async function warnOfFailures(
  { record }: Pick<ControllerContext, 'record'>,
  followed: FollowedObject | undefined,
  error: unknown,
  times: number,
): Promise<void> {
  if (followed === undefined || (times !== firstTold && times % toldEvery !== 0)) return;
  const note = `${reason(error)}; tried again until it succeeds`;
  await record('Fulfil', followed.resource, followed.object, [{ type: 'Warning', reason: 'NotReconciled', note }]);
}
