import type { ClusterObject } from './clusterObject.js';
import type { NewCondition } from './statusConditions.js';
import { conditionOf } from './statusConditions.js';

export const refusedReason = 'DocumentRefused';

/** A document that admission refuses; Kratix's users get the same words from its webhook. */
export function refused(message: string): NewCondition[] {
  const why = { status: 'False', reason: refusedReason } as const;
  return [
    { type: 'Accepted', ...why, message },
    { type: 'Reconciled', ...why, message: 'Failing' },
  ];
}

/** Whether the object shows that its document was refused. */
export function showsRefusal({ status }: ClusterObject): boolean {
  return conditionOf(status, 'Accepted')?.status === 'False';
}
