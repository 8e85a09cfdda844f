import { workflowInfo } from '@temporalio/workflow';
import { rootFailure } from '../failures.js';
import { storing } from '../options.js';
import type { EntityState } from './entity.js';
import { tellVerified, verifyScope } from './entity.js';

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
