import { patched } from '@temporalio/workflow';
import { unmet } from '../../src/domain/requirements.js';
import { note, show } from './entity.js';
import { noteWorks } from './worksConditions.js';
import type { PromiseState } from './promiseState.js';

/** What it needs and does not have, as sentences; not knowing yet counts as missing. */
export function missing({ plan, requirements }: PromiseState): string[] {
  const requires = plan?.requires ?? [];
  if (requires.length === 0) return [];
  const known = requirements ?? [];
  const unknown = requires.filter(
    ({ name, version }) => !known.some((each) => each.name === name && each.version === version),
  );
  return [
    ...unknown.map(({ name }) => `required Promise ${name}: not known yet`),
    ...unmet(known).map(({ name, version, state }) => {
      const which = version === undefined || version === '' ? name : `${name} ${version}`;
      return `required Promise ${which}: ${state}`;
    }),
  ];
}

/** The condition that says whether it has what it needs (reference, section 3.3). */
export function noteRequirements(state: PromiseState): void {
  const { plan, requirements } = state;
  const type = 'RequirementsFulfilled';
  if ((plan?.requires ?? []).length === 0 && !state.conditions.some((condition) => condition.type === type)) return;
  if (missing(state).length === 0) {
    const message = 'Requirements fulfilled';
    return note(state, { type, status: 'True', reason: 'RequirementsInstalled', message });
  }
  const present = requirements?.length === 0 ? [] : unmet(requirements ?? []);
  const installed = present.length > 0 && present.every(({ state: is }) => is === 'Requirement not available');
  const reason = installed ? 'RequirementsNotAvailable' : 'RequirementsNotInstalled';
  note(state, { type, status: 'False', reason, message: 'Requirements not fulfilled' });
}

/**
 * Its own pipelines and dependencies need not wait for what it requires, and may bring it; only its requests wait
 * (reference, section 3.1, steps 7 to 11). Code before this one waited, and its histories do so again.
 */
export function mayRun(state: PromiseState): boolean {
  const reasons = missing(state);
  if (reasons.length === 0 || patched('runs-unfulfilled')) return true;
  showMissing(state, reasons);
  return false;
}

/** An installed Promise that lacks what it requires is not ready; it goes on by itself when that is there. */
export function showRequirements(state: PromiseState): void {
  const reasons = missing(state);
  const { phase, runs } = state;
  if (state.unfulfilled !== true) {
    if (phase !== 'Ready' || reasons.length === 0 || !patched('runs-unfulfilled')) return;
    state.unfulfilled = true;
    return showMissing(state, reasons);
  }
  if (phase !== 'Waiting') return;
  if (reasons.length > 0) return showMissing(state, reasons);
  delete state.unfulfilled;
  noteWorks(state, 'promise', { outcome: 'Succeeded', unscheduled: [] });
  show(state, 'Ready', runs[0]?.message ?? 'done');
}

function showMissing(state: PromiseState, reasons: readonly string[]): void {
  note(state, { type: 'Reconciled', status: 'Unknown', reason: 'RequirementsNotFulfilled', message: 'Pending' });
  show(state, 'Waiting', `${reasons.join('; ')}; goes on by itself when it is there`);
}
