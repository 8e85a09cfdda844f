import { note, show } from './entity.js';
import type { ResourceInput, ResourceState } from './resourceState.js';

/** That it lacks its revision, in Kratix's words (reference, section 3.4). */
export interface Lack {
  readonly type: 'UnknownRevision';
  readonly message: string;
}

/** That it lacks its revision, also after something else was to be seen, such as a pause or a store that was away. */
export function showLacking(state: ResourceState, lack: Lack): void {
  state.lacking = lack;
  state.failure = lack;
  note(state, { type: 'Reconciled', status: 'False', reason: 'FailedPromiseRevisionLookup', message: 'Failing' });
  show(state, 'Failed', lack.message);
}

export function lackOf({ lacking, failure }: ResourceState): Lack | undefined {
  if (lacking !== undefined) return lacking;
  // Code before this one kept it as the last failure.
  const { type, message } = failure ?? {};
  return type === 'UnknownRevision' && message !== undefined ? { type, message } : undefined;
}

/** The revision that it is bound to is not installed, and its Promise has said so. */
export function isAwaiting({ awaited, binding }: ResourceState): boolean {
  return awaited !== undefined && awaited === binding.version;
}

/** What there is stays as it is until the version that it is bound to can be run; whatever was done meanwhile. */
export function showAwaiting({ promise }: ResourceInput, state: ResourceState): void {
  if (state.deleting || state.phase === 'Paused') return;
  note(state, { type: 'Reconciled', status: 'Unknown', reason: 'PromiseRevisionNotInstalled', message: 'Pending' });
  const version = `version ${state.binding.version} of Promise ${promise}`;
  show(state, 'Waiting', `${version} is not installed yet; goes on by itself when it is`);
}

/** A Promise that cannot serve holds up what would run now, and nothing that is there (reference, section 4.1, step 6). */
export function mayRun({ promise }: ResourceInput, state: ResourceState): boolean {
  const type = 'PromiseAvailable';
  if (state.promiseAvailable) {
    if (state.conditions.some((condition) => condition.type === type)) {
      note(state, { type, status: 'True', reason: type, message: 'Promise Requirements are met' });
    }
    return true;
  }
  const message = 'Promise Requirements are not installed';
  note(state, { type, status: 'False', reason: 'PromiseRequirementsNotInstalled', message });
  show(state, 'Waiting', `Promise ${promise} is not available yet; goes on by itself when it is`);
  return false;
}
