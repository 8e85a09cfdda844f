import { completeUpgrade, failUpgrade } from '../../src/domain/revision.js';
import type { RunResult } from '../../src/domain/run.js';
import type { RunOrder } from './entityRun.js';
import type { ResourceState } from './resourceState.js';

/** What a run came to for the version that the request is bound to (reference, section 3.4). */
export function concludeUpgrade(state: ResourceState, order: RunOrder, { outcome, message }: RunResult): void {
  if (!isUpgrade(state, order)) return;
  const { plan } = order;
  const { version } = plan;
  if (outcome === 'Failed') {
    // Kratix shows the request's own words (reference, section 1.4).
    const done = state.conditions.find(({ type }) => type === 'ConfigureWorkflowCompleted');
    state.binding = failUpgrade(state.binding, version, done?.status === 'False' ? done.message : message);
  }
  if (outcome !== 'Succeeded' && outcome !== 'Waiting') return;
  state.binding = completeUpgrade(state.binding, version);
  // A newer one may have come in the moment of its end.
  if (state.plan?.version === version) delete state.appliedPlan;
  else state.appliedPlan = plan;
}

/** A run of pipelines, or one that got to the stores what the last such run could not. */
function isUpgrade({ binding, failure, suspension }: ResourceState, { action, plan }: RunOrder): boolean {
  if (suspension !== undefined) return false;
  if (action === 'configure') return true;
  return action !== 'delete' && binding.failed === plan.version && failure === undefined;
}
