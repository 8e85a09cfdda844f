import type { OwnerSource, Shown } from './ownerStatus.js';
import { ownedConditions, ownedStatus } from './ownedStatus.js';
import { refused, refusedReason } from './refusal.js';
import type { NewCondition } from './statusConditions.js';
import { conditionsOf, timed, unless } from './statusConditions.js';

type Untaken = Pick<OwnerSource, 'object' | 'refusal' | 'waits' | 'now'>;

/**
 * Without an entity there is nothing new to be shown, and nothing is taken back: after a loss the object's status is the
 * only place that tells what pipelines did.
 */
export function untakenStatus(source: Untaken): Shown {
  const { object, refusal, waits, now } = source;
  const owned = ownedStatus(object);
  const kept = Object.entries(object.status ?? {}).filter(([key]) => owned.includes(key));
  const conditions = timed(untakenConditions(source), object.status, now);
  return { ...Object.fromEntries(kept), message: refusal ?? waits ?? 'Pending', conditions };
}

function untakenConditions({ object, refusal }: Untaken): NewCondition[] {
  const types = ownedConditions(object);
  const kept = conditionsOf(object.status).filter(
    ({ type, reason }) => types.includes(type) && reason !== refusedReason,
  );
  const now = refusal === undefined ? [] : refused(refusal);
  return [...unless(kept, now), ...now];
}
