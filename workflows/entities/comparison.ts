import { patched, workflowInfo } from '@temporalio/workflow';
import type { RunResult } from '../../src/domain/run.js';
import { rootFailure } from '../failures.js';
import type { Verify } from '../messages.js';
import { storing } from '../options.js';
import { tellVerified } from './answers.js';
import type { EntityState } from './entity.js';

/** What a repair run has to compare: one store when all askers mean the same, otherwise every store. */
export function verifyScope({ verify }: EntityState): { readonly store?: string } {
  const [first] = verify;
  return first !== undefined && verify.every(({ store }) => store === first.store) ? { store: first.store } : {};
}

/** Compares, when a repair was asked for: most of the time nothing differs, and no run is needed to say so. */
export async function compare(state: EntityState): Promise<void> {
  if (state.verify.length === 0 || state.damaged) return;
  const { workflowId } = workflowInfo();
  const { works, verify: asked } = state;
  try {
    const { differs } = await storing.compareStores.executeWithOptions({ summary: 'compare with the state store' }, [
      { run: workflowId, title: workflowId, works, scope: verifyScope(state) },
    ]);
    if (differs && !state.deleting) state.damaged = true;
    else await tellVerified(state, { repaired: [] }, compared(state, asked));
  } catch (thrown) {
    await tellVerified(state, { repaired: [], failure: rootFailure(thrown).message }, compared(state, asked));
  }
}

/** Who asked before anything was looked at; histories from before this rule answered everybody. */
function compared({ verify }: EntityState, asked: readonly Verify[]): readonly Verify[] {
  return verify.length > asked.length && patched('compared-only') ? asked : verify;
}

/** What those hear for whom a run has mended what differed. */
export async function tellRepair(
  state: EntityState,
  { repaired = [], outcome, message }: RunResult,
  asked: readonly Verify[],
): Promise<void> {
  const failure = outcome === 'Failed' ? message : undefined;
  await tellVerified(state, { repaired, failure }, compared(state, asked));
}

/** A difference that no run mends now is told as such, and mended when the object goes on. */
export async function tellHeldUp(state: EntityState): Promise<void> {
  if (state.damaged && state.verify.length > 0) await tellVerified(state, { repaired: [], heldUp: state.message });
}
