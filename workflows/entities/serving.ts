import type { Condition } from '../../src/domain/condition.js';
import { promisesId } from '../../src/domain/ids.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import { latestVersion } from '../../src/domain/revision.js';
import type { PromiseOffering } from '../messages.js';
import { signals } from '../messages.js';
import { send } from '../waiters.js';
import { note } from './entity.js';
import type { PromiseState } from './promiseState.js';
import { missing, noteRequirements, showRequirements } from './requirements.js';

/** Whether requests can be fulfilled: installed, with what it needs, and held up by nobody (reference, section 3.1). */
export function isServing(state: PromiseState): boolean {
  return (
    state.installed !== undefined && !state.paused && state.suspension === undefined && missing(state).length === 0
  );
}

/** The revision that a request runs with, once one is installed; undefined when there is none. */
export function planFor(state: PromiseState, key: string): PromisePlan | undefined {
  const version = state.bound[key] ?? latestVersion;
  const { installed } = state;
  if (version === latestVersion) return installed ?? state.plan;
  if (version === installed?.version) return installed;
  return state.revisions.find((revision) => revision.version === version)?.plan;
}

/** A revision that is not installed yet is told when it is. */
export function isComing(state: PromiseState, key: string): boolean {
  const version = state.bound[key];
  return version !== undefined && version === state.plan?.version && version !== state.installed?.version;
}

/** Shows whether it serves, and why not (reference, section 1.1). */
export function noteServing(state: PromiseState): void {
  note(state, available(state));
  noteRequirements(state);
  showRequirements(state);
}

function available(state: PromiseState): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Available';
  if (isServing(state)) {
    return { type, status: 'True', reason: 'PromiseAvailable', message: 'Ready to fulfil resource requests' };
  }
  if (state.paused) return { type, status: 'False', reason: 'PausedReconciliation', message: 'Paused' };
  if (state.suspension !== undefined) {
    return { type, status: 'False', reason: 'WorkflowSuspended', message: 'Suspended' };
  }
  return { type, status: 'False', reason: 'PromiseUnavailable', message: 'Cannot fulfil resource requests' };
}

/** Tells requests and the catalogue when what they rely on has changed. */
export async function tellServing(promise: string, state: PromiseState): Promise<void> {
  const { plan, told, paused, revisions } = state;
  if (plan === undefined || state.deleting) return;
  const serving = isServing(state);
  const { requires, version } = plan;
  const versions = revisions.map((revision) => revision.version);
  const offering: PromiseOffering = { promise, available: serving, version, versions, requires };
  const text = JSON.stringify(offering);
  if (serving !== told.serving || paused !== told.paused) state.announce = state.resources;
  if (text !== told.offering) await send(promisesId, signals.offering, offering);
  state.told = { serving, paused, offering: text };
}
