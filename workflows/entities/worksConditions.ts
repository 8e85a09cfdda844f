import type { WorkflowType } from '../../src/domain/plan.js';
import type { RunResult } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';
import type { EntityState } from './entity.js';
import { note } from './entity.js';

/** Whether a store did not take something of a work. */
export function isRefused({ placements }: Work): boolean {
  return placements.some(({ refusal }) => refusal !== undefined);
}

/** The conditions that say what has become of its works (reference, sections 1.1 and 4.2). */
export function noteWorks(
  state: EntityState,
  what: WorkflowType,
  result: Pick<RunResult, 'outcome' | 'unscheduled'>,
): void {
  const failing = state.works.filter(isRefused);
  if (failing.length > 0) {
    const message = worksMessage(what, 'failed', namesOf(failing));
    note(state, { type: 'WorksSucceeded', status: 'False', reason: 'WorksFailing', message });
    note(state, { type: 'Reconciled', status: 'False', reason: 'WorksFailing', message: 'Failing' });
    return;
  }
  if (result.outcome === 'Waiting') {
    const names = new Set(result.unscheduled.map((group) => group.work));
    const message = worksMessage(what, 'are not ready', [...names]);
    note(state, { type: 'WorksSucceeded', status: 'Unknown', reason: 'WorksPending', message });
    note(state, { type: 'Reconciled', status: 'Unknown', reason: 'WorksPending', message: 'Pending' });
    return;
  }
  const misplaced = state.works.filter((work) => work.placements.some((placement) => placement.misplaced));
  if (misplaced.length > 0) {
    const message = worksMessage(what, 'are misplaced', namesOf(misplaced));
    note(state, { type: 'WorksSucceeded', status: 'False', reason: 'WorksMisplaced', message });
    note(state, { type: 'Reconciled', status: 'False', reason: 'WorksFailing', message: 'Failing' });
    return;
  }
  const message = `All works associated with this ${what} are ready`;
  note(state, { type: 'WorksSucceeded', status: 'True', reason: 'WorksSucceeded', message });
  note(state, { type: 'Reconciled', status: 'True', reason: 'Reconciled', message: 'Reconciled' });
}

/** Kratix has other words and another list for Promises than for requests (reference, sections 1.1 and 4.2). */
function worksMessage(what: WorkflowType, how: string, names: readonly string[]): string {
  const verb = what === 'promise' && how === 'failed' ? 'are not ready' : how;
  return `Some works associated with this ${what} ${verb}: [${names.join(what === 'promise' ? ' ' : ',')}]`;
}

function namesOf(works: readonly Work[]): string[] {
  return works.map(({ name }) => name);
}
