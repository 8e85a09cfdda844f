import { patched } from '@temporalio/workflow';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { PromiseState } from './promiseState.js';
import { announceBound } from './promiseState.js';

/**
 * Takes over a revision from before this Promise's own memory, or one whose document was lost and is another now, for
 * the requests that are bound to it.
 */
export function recallRevision(state: PromiseState, plan: Omit<PromisePlan, 'generation'>): void {
  const { version } = plan;
  const known = state.revisions.find((revision) => revision.version === version);
  const isSame = known?.plan.digest === plan.digest || version === state.plan?.version;
  if (known !== undefined && (isSame || !patched('recalled-anew'))) return;
  state.recalled += 1;
  // Below zero, so that no generation of this life is the same.
  const recalled = { version, plan: { ...plan, generation: -state.recalled } };
  state.revisions =
    known === undefined
      ? [recalled, ...state.revisions]
      : state.revisions.map((revision) => (revision === known ? recalled : revision));
  announceBound(state, version);
  if (state.installed?.version !== version || known === undefined) return;
  state.installed = recalled.plan;
  state.announce = [...state.resources];
}

/** Lets a revision go, and the requests that are bound to it (reference, section 3.4); never the latest. */
export function forgetRevision(state: PromiseState, version: string): void {
  if (version === state.plan?.version) return;
  state.revisions = state.revisions.filter((revision) => revision.version !== version);
  state.dismiss = state.resources.filter((key) => state.bound[key] === version);
}
