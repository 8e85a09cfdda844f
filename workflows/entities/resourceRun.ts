import { patched } from '@temporalio/workflow';
import { beginUpgrade } from '../../src/domain/revision.js';
import { tellRepair } from './comparison.js';
import { beginAnew, noteUnpaused, pipelinesOrder, showPaused } from './control.js';
import { show } from './entity.js';
import type { CurrentRun, RunOrder } from './entityRun.js';
import { conductEntityRun, repairOrder } from './entityRun.js';
import { lackOf, mayRun, showLacking } from './heldBack.js';
import { conclude, noteRun } from './outcome.js';
import type { ResourceInput, ResourceState } from './resourceState.js';
import { planOf } from './resourceState.js';
import { objectOf, ownerOf } from './resourceView.js';
import { concludeUpgrade } from './upgrade.js';

/** The run that is due; nothing while there is none, or it is held up. */
export function nextOrder(input: ResourceInput, state: ResourceState): RunOrder | undefined {
  const plan = planOf(state);
  if (plan === undefined) {
    if (state.deleting) show(state, 'Gone', 'deleted');
    return undefined;
  }
  if (state.paused || state.promisePaused) {
    showPaused(state, state.paused ? 'paused' : `Promise ${input.promise} is paused`);
    return undefined;
  }
  noteUnpaused(state);
  const outdated = state.observedGeneration !== state.generation || state.observedPlan !== plan.generation;
  const fromStart = state.again || (outdated && !state.deleting && !state.rebinding);
  if (fromStart) beginAnew(state);
  const lack = lackOf(state);
  if (fromStart && lack !== undefined) showLacking(state, lack);
  const base = { owner: ownerOf(input, state, plan), plan, object: objectOf(state, plan) };
  if (state.deleting) {
    if (state.phase === 'Failed' && !state.again) return undefined;
    return pipelinesOrder(state, { ...base, type: 'deleteRun', action: 'delete' });
  }
  const due = (fromStart || state.suspension !== undefined) && lack === undefined && !isUnanswered(state);
  const order = due ? pipelinesOrder(state, { ...base, type: 'configureRun', action: 'configure' }) : undefined;
  if (order !== undefined && mayRun(input, state)) return order;
  if (state.misplaced) return { ...base, type: 'placeRun', action: 'place' };
  return repairOrder(state, base);
}

/** Its Promise has not said yet what the version is that it is bound to, or waits for that version itself. */
function isUnanswered({ awaited, rebinding }: ResourceState): boolean {
  return awaited !== undefined || (rebinding && patched('answered-first'));
}

/** Runs it, and takes over what it came to. */
export async function perform(
  state: ResourceState,
  current: CurrentRun,
  order: RunOrder,
  project: () => Promise<void>,
): Promise<void> {
  const { action, plan } = order;
  noteRun(state, order);
  if (action === 'configure') {
    state.observedPlan = plan.generation;
    state.binding = beginUpgrade(state.binding, plan.version);
  }
  const asked = state.verify;
  const result = await conductEntityRun(state, current, order, project);
  conclude(state, order, result);
  concludeUpgrade(state, order, result);
  if (action === 'repair') await tellRepair(state, result, asked);
  if (action === 'delete' && result.outcome === 'Succeeded') show(state, 'Gone', 'deleted');
}
