import { reason } from '../domain/failure.js';
import type { ControllerContext } from './controllerContext.js';
import type { FollowedObject } from './reconciledKind.js';

/** Three seconds and the attempts themselves (`workQueue.ts`): a conflict, or a server that is replaced, is over by then. */
const firstTold = 5;
/** Ten minutes: Kubernetes keeps events for an hour. */
const toldEvery = 20;
/** What troubles every object, such as a Temporal that is away, is not to fill the cluster's memory with its events. */
const mostPerMinute = 30;

export type FailureWarner = (followed: FollowedObject | undefined, error: unknown, times: number) => void;

/** An object that cannot be looked at, however often it is tried, says so where its users look. */
export function failureWarner({ record }: Pick<ControllerContext, 'record'>): FailureWarner {
  let told: readonly number[] = [];
  return (followed, error, times) => {
    if (followed === undefined || (times !== firstTold && times % toldEvery !== 0)) return;
    const now = performance.now();
    told = told.filter((at) => now - at < 60_000);
    if (told.length >= mostPerMinute) return;
    told = [...told, now];
    const note = `${reason(error)}; tried again until it succeeds`;
    void record('Fulfil', followed.resource, followed.object, [{ type: 'Warning', reason: 'NotReconciled', note }]);
  };
}
