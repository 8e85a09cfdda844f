import { patched } from '@temporalio/workflow';
import { standsStill } from '../../src/domain/phase.js';
import type { RunAction, RunResult } from '../../src/domain/run.js';
import type { EntityState } from './entity.js';
import { noteStarted, noteSuspended, showSuspended } from './control.js';
import { note, show } from './entity.js';
import type { RunOrder } from './entityRun.js';
import { isRefused, noteWorks } from './worksConditions.js';

/** Takes note of a run that begins, and shows it. */
export function noteRun(state: EntityState, order: RunOrder): void {
  const { action } = order;
  noteStarted(state, order);
  if (action === 'repair') state.damaged = false;
  if (action !== 'delete') state.misplaced = false;
  if (action === 'configure') state.observedGeneration = state.generation;
  noteBegun(state, action);
  show(state, action === 'delete' ? 'Deleting' : 'Running', `${action}, generation ${state.generation}`);
}

/** The conditions of an object whose pipelines have begun (reference, sections 1.1 and 2.10). */
function noteBegun(state: EntityState, action: RunAction): void {
  if (action !== 'configure') return;
  note(state, {
    type: 'ConfigureWorkflowCompleted',
    status: 'False',
    reason: 'PipelinesInProgress',
    message: 'Pipelines are still in progress',
  });
  note(state, { type: 'Reconciled', status: 'Unknown', reason: 'WorkflowPending', message: 'Pending' });
}

/** Phase and conditions after a run. */
export function conclude(state: EntityState, order: RunOrder, result: RunResult & { readonly type?: string }): void {
  const { action } = order;
  if (action === 'configure' && result.outcome !== 'Superseded') state.configuredAt = new Date().toISOString();
  // What became of a configuration does not matter any more; the deletion goes its own way.
  if (state.deleting && action !== 'delete') return;
  switch (result.outcome) {
    case 'Superseded':
      // What it waited for is nothing that anybody waits for now.
      if (!state.deleting && standsStill(state.phase) && patched('superseded-pending'))
        show(state, 'Pending', 'superseded');
      return;
    case 'Suspended':
      noteSuspended(state, order, result);
      return showSuspended(state);
    case 'Failed':
      noteFailure(state, order, result);
      if (action === 'delete') {
        note(state, {
          type: 'DeleteWorkflowCompleted',
          status: 'False',
          reason: 'DeleteWorkflowFailed',
          message: 'The Delete Pipeline has failed',
        });
      }
      return show(
        state,
        'Failed',
        state.failure?.ofWrites === true ? `${result.message}; tried again by itself` : result.message,
      );
    case 'Waiting':
    case 'Succeeded':
      if (action === 'delete') return;
      if (action === 'configure') noteCompleted(state);
      // Placing anew or repairing does not heal a configuration that failed, and ends no suspension.
      if (state.failure !== undefined) {
        const { retry: _retry, ...failure } = state.failure;
        state.failure = failure.ofWrites === true ? undefined : failure;
        if (state.suspension !== undefined) noteWorks(state, order.owner.type, result);
      }
      if (action !== 'configure' && state.suspension !== undefined) return showSuspended(state);
      if (action !== 'configure' && state.failure !== undefined) return show(state, 'Failed', state.failure.message);
      noteWorks(state, order.owner.type, result);
      return show(state, result.outcome === 'Waiting' ? 'Waiting' : 'Ready', result.message);
  }
}

function noteCompleted(state: EntityState): void {
  delete state.failure;
  note(state, {
    type: 'ConfigureWorkflowCompleted',
    status: 'True',
    reason: 'PipelinesExecutedSuccessfully',
    message: 'Pipelines completed',
  });
}

/** A store that does not take a document is no fault of the pipelines, which are done (reference, section 4.2). */
function noteFailure(state: EntityState, order: RunOrder, result: RunResult & { readonly type?: string }): void {
  const { action } = order;
  const refused = action !== 'delete' && (result.ofWrites ?? leavesRefused(state, result));
  const ofWrites = refused || action === 'place' || action === 'repair';
  if (refused && result.stop !== undefined) noteSuspended(state, order, result);
  else if (action === 'configure' && refused) noteCompleted(state);
  else if (action === 'configure') noteFailed(state, result);
  if (refused) noteRefused(state, order, result);
  const retry = nextRetry(action === 'configure' ? undefined : state.failure?.retry?.count);
  // What pipelines failed of stays until the next ones; what was refused is written again all the same.
  if (ofWrites && state.failure !== undefined && state.failure.ofWrites !== true) {
    state.failure = { ...state.failure, retry };
    return;
  }
  state.failure = {
    type: result.type ?? 'Failed',
    message: result.message,
    ...(ofWrites ? { ofWrites } : {}),
    ...(ofWrites || state.works.some(isRefused) ? { retry } : {}),
  };
}

/** A branch that was protected by mistake is open again in minutes; a hook may refuse for ever, and each try is a run. */
const [firstRetryMillis, longestRetryMillis] = [60_000, 3_600_000];

function nextRetry(before = 0): { readonly at: string; readonly count: number } {
  const wait = Math.min(firstRetryMillis * 2 ** before, longestRetryMillis);
  return { at: new Date(Date.now() + wait).toISOString(), count: before + 1 };
}

/** What a run's failure was of, when the run did not say so yet. */
function leavesRefused({ works }: EntityState, { stages }: RunResult): boolean {
  return works.some(isRefused) && !stages.some(({ outcome }) => outcome === 'Failed');
}

function noteRefused(state: EntityState, { owner }: RunOrder, result: RunResult): void {
  if (state.works.some(isRefused)) return noteWorks(state, owner.type, result);
  // What has to go is of no work any more.
  note(state, { type: 'Reconciled', status: 'False', reason: 'WorksFailing', message: 'Failing' });
}

function noteFailed(state: EntityState, result: RunResult): void {
  const failed = result.stages.find((stage) => stage.outcome === 'Failed');
  const message = failed === undefined ? result.message : `A Configure Pipeline has failed: ${failed.pipeline}`;
  note(state, { type: 'ConfigureWorkflowCompleted', status: 'False', reason: 'ConfigureWorkflowFailed', message });
  note(state, { type: 'Reconciled', status: 'False', reason: 'ConfigureWorkflowFailed', message: 'Failing' });
}
