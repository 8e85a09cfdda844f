import { workflowInfo } from '@temporalio/workflow';
import { rootFailure } from '../failures.js';
import { storing } from '../options.js';
import type { EntityState } from './entity.js';
import { settle, tellVerified, verifyScope } from './entity.js';

/** Compares, when a repair was asked for: most of the time nothing differs, and no run is needed to say so. */
export async function compare(state: EntityState): Promise<void> {
  if (state.verify.length === 0 || state.damaged) return;
  const { workflowId } = workflowInfo();
  const { works } = state;
  try {
    const { differs } = await storing.compareStores.executeWithOptions({ summary: 'compare with the state store' }, [
      { run: workflowId, title: workflowId, works, scope: verifyScope(state) },
    ]);
    if (differs && !state.deleting) state.damaged = true;
    else await tellVerified(state, { repaired: [] });
  } catch (thrown) {
    await tellVerified(state, { repaired: [], failure: rootFailure(thrown).message });
  }
}

/** A difference that no run mends now is told as such, and mended when the object goes on. */
export async function tellHeldUp(state: EntityState): Promise<void> {
  if (state.damaged && state.verify.length > 0) await tellVerified(state, { repaired: [], heldUp: state.message });
}

/** Nobody waits for an object that is gone. To be called last: an answer takes time, in which others may ask. */
export async function takeLeave(state: EntityState): Promise<void> {
  while (state.verify.length > 0 || state.waiters.length > 0) {
    await settle(state);
    await tellVerified(state, { repaired: [] });
  }
}
