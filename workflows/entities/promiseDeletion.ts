import { waitingForResources } from '../../src/domain/waitingForResources.js';
import { pipelinesOrder } from './control.js';
import { show } from './entity.js';
import type { RunOrder } from './entityRun.js';
import type { PromiseState } from './promiseState.js';

/** What is next of a Promise's end: its pipelines, then its resources, then its documents (reference, section 3.6). */
export function nextDeletion(
  state: PromiseState,
  base: Pick<RunOrder, 'owner' | 'plan' | 'object'>,
): RunOrder | undefined {
  if (state.phase === 'Failed' && !state.again) return undefined;
  if (state.deletion === 'resources' && state.resources.length === 0) state.deletion = 'documents';
  switch (state.deletion) {
    case 'pipelines':
      return pipelinesOrder(state, { ...base, type: 'deleteRun', action: 'delete', keepDocuments: true });
    case 'resources':
      return undefined;
    case 'documents':
      return { ...base, type: 'withdrawRun', action: 'delete' };
  }
}

/** A request that was accepted at the last moment has to go first. */
export function concludeWithdrawal(state: PromiseState): void {
  if (state.resources.length > 0) state.deletion = 'resources';
  else show(state, 'Gone', 'deleted');
}

const deletionBlocked = 'DeletionBlocked';

/** Shows for which resources it waits, or which cannot go and why. */
export function showDeletion(name: string, state: PromiseState): void {
  if (state.deletion !== 'resources') return;
  const reasons = Object.values(state.blocked);
  if (reasons.length > 0) {
    const message = `Promise ${name} cannot be deleted: ${reasons.join('; ')}`;
    state.failure = { type: deletionBlocked, message };
    return show(state, 'Failed', message);
  }
  show(state, 'Deleting', waitingForResources(state.resources));
}

/** A deletion that was held up by resources goes on when none of them holds it up any more. */
export function unblockDeletion(state: PromiseState): void {
  if (state.failure?.type !== deletionBlocked || Object.keys(state.blocked).length > 0) return;
  delete state.failure;
  state.phase = 'Deleting';
}
