/** A Kubernetes condition (reference, section 1). */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** ISO time; moves only when `status` flips. */
  readonly lastTransitionTime: string;
}

export function setCondition(
  conditions: readonly Condition[],
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditions.find((candidate) => candidate.type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  return [...conditions.filter((candidate) => candidate.type !== condition.type), { ...condition, lastTransitionTime }];
}
