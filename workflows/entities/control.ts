import { condition } from '@temporalio/workflow';
import type { Commands } from '../../src/domain/commands.js';
import type { PromisePlan, WorkflowType } from '../../src/domain/plan.js';
import type { RunResult } from '../../src/domain/run.js';
import type { Suspension } from '../../src/domain/suspension.js';
import { describeStop, suspend } from '../../src/domain/suspension.js';
import type { EntityState } from './entity.js';
import { note, show } from './entity.js';
import type { CurrentRun, RunOrder } from './entityRun.js';
import { supersede } from './entityRun.js';

/** Does what labels or signals say beside the wish itself. */
export async function obey(state: EntityState, current: CurrentRun, commands: Commands): Promise<void> {
  const { paused = state.paused, reconcile = false } = commands;
  const turned = paused !== state.paused;
  state.paused = paused;
  // What runs when it is paused is left to end, and nothing follows it; afterwards it is run from the start.
  if (reconcile || (turned && !paused)) state.again = true;
  if (reconcile || (turned && paused)) await supersede(current, { atOnce: reconcile, pauses: !reconcile });
}

/** Something newer, or somebody, wants everything from the start: that ends a suspension (reference, section 2.11). */
export function beginAnew(state: EntityState): void {
  delete state.suspension;
  state.resume = false;
}

/** The run of pipelines, from the start or where one of them suspended it; nothing while it is to stay suspended. */
export function pipelinesOrder(state: EntityState, order: RunOrder): RunOrder | undefined {
  const { suspension } = state;
  if (suspension === undefined || suspension.action !== order.action) return order;
  if (!state.resume) return undefined;
  const { pipeline } = suspension;
  const last = state.runs.find((run) => run.action === order.action);
  const stages = (last?.stages ?? []).filter((stage) => stage.pipeline !== pipeline);
  return { ...order, resumes: suspension, resume: { pipeline, stages } };
}

/** Takes note of a run of pipelines that begins. */
export function noteStarted(state: EntityState, { action }: RunOrder): void {
  if (action !== 'configure' && action !== 'delete') return;
  state.again = false;
  beginAnew(state);
}

/** What a run that a pipeline stopped leaves, also when a store refused what was brought before. */
export function noteSuspended(state: EntityState, order: RunOrder, { stop }: RunResult): void {
  const { action, resumes } = order;
  if (stop === undefined || (action !== 'configure' && action !== 'delete')) return;
  const at = { action, generation: state.generation, now: Date.now() };
  state.suspension = suspend(stop, at, resumes);
  // What pipelines failed of before is over.
  delete state.failure;
}

/** Shows that it is suspended, and until when. */
export function showSuspended(state: EntityState): void {
  const { suspension } = state;
  if (suspension === undefined) return;
  if (suspension.action === 'delete') {
    note(state, {
      type: 'DeleteWorkflowCompleted',
      status: 'False',
      reason: 'DeleteWorkflowSuspended',
      message: 'The delete workflow is suspended',
    });
  } else note(state, { type: 'Reconciled', status: 'Unknown', reason: 'WorkflowSuspended', message: 'Suspended' });
  show(state, 'Suspended', describeStop(suspension, suspension.nextRetryAt));
}

/** Shows that nothing is run because somebody wants it so. */
export function showPaused(state: EntityState, message: string): void {
  note(state, { type: 'Reconciled', status: 'Unknown', reason: 'PausedReconciliation', message: 'Paused' });
  show(state, 'Paused', message);
}

/** The pause has ended; what comes next may have to wait for something else (reference, section 4.1, step 11). */
export function noteUnpaused(state: EntityState): void {
  const isPaused = state.conditions.some(
    ({ type, reason }) => type === 'Reconciled' && reason === 'PausedReconciliation',
  );
  if (isPaused) note(state, { type: 'Reconciled', status: 'Unknown', reason: 'Unpaused', message: 'Pending' });
}

/** What is begun although nobody asks, and when: epoch milliseconds. */
interface Due {
  readonly what: 'again' | 'resume' | 'misplaced';
  readonly at: number;
}

/** A retry, documents that were refused, or the next configuration (reference, sections 2.12 and 6.1). */
export function nextDue(state: EntityState, plan: PromisePlan | undefined, type: WorkflowType): Due | undefined {
  if (plan === undefined || state.paused || state.again || state.resume) return undefined;
  const pipelines =
    state.suspension === undefined ? nextConfiguration(state, plan, type) : nextResume(state.suspension);
  const writes = nextWrites(state);
  if (pipelines === undefined || writes === undefined) return pipelines ?? writes;
  return writes.at < pipelines.at ? writes : pipelines;
}

function nextResume({ nextRetryAt }: Suspension): Due | undefined {
  return nextRetryAt === undefined ? undefined : { what: 'resume', at: Date.parse(nextRetryAt) };
}

function nextWrites({ deleting, phase, failure, misplaced }: EntityState): Due | undefined {
  if (deleting || phase !== 'Failed' || failure?.retry === undefined || misplaced) return undefined;
  return { what: 'misplaced', at: Date.parse(failure.retry.at) };
}

function nextConfiguration(state: EntityState, plan: PromisePlan, type: WorkflowType): Due | undefined {
  const { configuredAt, phase, deleting } = state;
  if (deleting || configuredAt === undefined || plan.pipelines[type].configure.length === 0) return undefined;
  if (phase === 'Failed' && !plan.reconcileAfterFailure) return undefined;
  return { what: 'again', at: Date.parse(configuredAt) + plan.intervalMillis };
}

/** Waits for news, or until something is due by itself. */
export async function awaitNews(state: EntityState, isStirred: () => boolean, due: Due | undefined): Promise<void> {
  if (due === undefined) return condition(isStirred);
  const wait = due.at - Date.now();
  if (isStirred() || (wait > 0 && (await condition(isStirred, wait)))) return;
  state[due.what] = true;
}
