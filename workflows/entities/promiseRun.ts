import type { PromisePlan } from '../../src/domain/plan.js';
import { tellRepair } from './comparison.js';
import { beginAnew, noteUnpaused, pipelinesOrder, showPaused } from './control.js';
import type { CurrentRun, RunOrder } from './entityRun.js';
import { conductEntityRun, repairOrder } from './entityRun.js';
import { conclude, noteRun } from './outcome.js';
import { concludeWithdrawal, nextDeletion } from './promiseDeletion.js';
import type { PromiseInput, PromiseState } from './promiseState.js';
import { objectOf, ownerOf } from './promiseView.js';
import { mayRun } from './requirements.js';
import { noteServing } from './serving.js';

/** The run that is due; nothing while there is none, or it is held up. */
export function nextOrder(input: PromiseInput, state: PromiseState): RunOrder | undefined {
  const { plan } = state;
  if (plan === undefined) return undefined;
  if (state.paused) {
    showPaused(state, 'paused');
    return undefined;
  }
  noteUnpaused(state);
  const fromStart = state.again || (state.observedGeneration !== state.generation && !state.deleting);
  if (fromStart) beginAnew(state);
  const base = { owner: ownerOf(input), plan, object: objectOf(state, plan) };
  if (state.deleting) return nextDeletion(state, base);
  const due = fromStart || state.suspension !== undefined;
  const order = due ? pipelinesOrder(state, { ...base, type: 'configureRun', action: 'configure' }) : undefined;
  if (order !== undefined && mayRun(state)) return order;
  if (state.misplaced) return { ...base, type: 'placeRun', action: 'place' };
  return repairOrder(state, base);
}

/** Runs it, and takes over what it came to. */
export async function perform(
  state: PromiseState,
  current: CurrentRun,
  order: RunOrder,
  project: () => Promise<void>,
): Promise<void> {
  noteRun(state, order);
  const asked = state.verify;
  const result = await conductEntityRun(state, current, order, project);
  delete state.unfulfilled;
  conclude(state, order, result);
  if (order.action === 'repair') await tellRepair(state, result, asked);
  if (result.outcome === 'Succeeded') {
    if (order.type === 'deleteRun') state.deletion = 'resources';
    else if (order.type === 'withdrawRun') concludeWithdrawal(state);
    else if (state.failure === undefined && state.suspension === undefined) install(state, order.plan);
  }
  noteServing(state);
}

/** From now on requests run with this revision, and with the settings that came while it was made. */
function install(state: PromiseState, plan: PromisePlan): void {
  if (state.installed?.generation === plan.generation) return;
  state.installed = state.plan?.generation === plan.generation ? state.plan : plan;
  state.announce = state.resources;
}
