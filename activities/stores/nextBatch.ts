import type { StoreChange } from './storeWriter.js';

// 500 lines are a commit message that servers and people still take, and 1,000 waiting placements are two pushes.
const mostChanges = 500;

/** The first of those who wait, as many as fit into one batch; one that does not fit goes alone. */
export function nextBatch<Waiter extends { readonly changes: readonly StoreChange[] }>(
  queue: readonly Waiter[],
): readonly Waiter[] {
  let changes = 0;
  const fits = queue.findIndex((waiter) => (changes += waiter.changes.length) > mostChanges);
  return queue.slice(0, fits === -1 ? queue.length : Math.max(fits, 1));
}
