import { continueAsNew, setCurrentDetails, upsertSearchAttributes, uuid4, workflowInfo } from '@temporalio/workflow';
import type { Condition } from '../../src/domain/condition.js';
import { setCondition } from '../../src/domain/condition.js';
import type { Phase } from '../../src/domain/phase.js';
import type { RunRecord } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';
import { destinationsOf } from '../../src/domain/works.js';
import type { Answer } from '../messages.js';
import { destinationsKey, phaseKey } from '../searchAttributes.js';
import type { Waiter } from '../waiters.js';
import { tellAnswer, tellProgress } from '../waiters.js';

/** What a Promise's and a Resource's entity both remember: plain JSON, carried through continue-as-new. */
export interface EntityState {
  readonly uid: string;
  readonly createdAt: string;
  /** Digest of the newest wanted document. */
  document: string;
  generation: number;
  /** Generation of the last configure run, whatever became of it. */
  observedGeneration: number;
  phase: Phase;
  message: string;
  deleting: boolean;
  /** Run although nothing is new: somebody repeated a wish that had failed. */
  again: boolean;
  /** Destinations changed under a placement, or one appeared that a group waits for. */
  misplaced: boolean;
  failure?: { readonly type: string; readonly message: string };
  works: readonly Work[];
  details?: string;
  statusMessage?: string;
  conditions: readonly Condition[];
  /** Newest first. */
  runs: readonly RunRecord[];
  nextRun: number;
  waiters: readonly Waiter[];
}

export function newEntityState(): EntityState {
  return {
    uid: uuid4(),
    createdAt: new Date().toISOString(),
    document: '',
    generation: 0,
    observedGeneration: 0,
    phase: 'Pending',
    message: 'accepted',
    deleting: false,
    again: false,
    misplaced: false,
    works: [],
    conditions: [],
    runs: [],
    nextRun: 1,
    waiters: [],
  };
}

/** Takes a newly wanted document; the same one again starts nothing, unless the last attempt at it failed. */
export function wantDocument(state: EntityState, digest: string): { readonly changed: boolean } {
  if (state.document === digest) {
    if (state.phase === 'Failed') state.again = true;
    return { changed: state.phase === 'Failed' };
  }
  state.document = digest;
  state.generation += 1;
  return { changed: true };
}

/** Sets where the object stands, where the Web UI, `temporal workflow list` and queries show it. */
export function show(state: EntityState, phase: Phase, message: string): void {
  const changed = state.phase !== phase;
  state.phase = phase;
  state.message = message;
  setCurrentDetails(`**${phase}**: ${message}`);
  if (!changed) return;
  upsertSearchAttributes([
    { key: phaseKey, value: phase },
    { key: destinationsKey, value: destinationsOf(state.works) },
  ]);
}

export function isGone(state: EntityState): boolean {
  return state.phase === 'Gone';
}

export function note(state: EntityState, condition: Omit<Condition, 'lastTransitionTime'>): void {
  state.conditions = setCondition(state.conditions, condition, new Date().toISOString());
}

/** Answers every operation that waits, as far as there is an answer: done, failed, or waiting for something outside. */
export async function settle(state: EntityState): Promise<void> {
  const { phase, message, waiters } = state;
  if (waiters.length === 0) return;
  if (phase === 'Ready' || phase === 'Failed' || phase === 'Gone') {
    state.waiters = [];
    await tellAnswer(waiters, (waiter) => answerFor(state, waiter));
    return;
  }
  if (phase === 'Waiting' || phase === 'Deleting') await tellProgress(waiters, { phase, message });
}

function answerFor(state: EntityState, waiter: Waiter): Answer {
  const { phase, message } = state;
  if (phase === 'Failed') return { ok: false, type: state.failure?.type ?? 'Failed', message };
  if (phase === 'Gone' && waiter.wants === 'apply') {
    return { ok: false, type: 'Deleted', message: 'was deleted before it was ready' };
  }
  return { ok: true, phase, message, changed: waiter.changed, destinations: destinationsOf(state.works) };
}

/** Far below Temporal's 10,240 events, where it starts to warn. */
const longHistory = 1_000;

export function historyIsLong(): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > longHistory;
}

/** Starts a fresh history with the same state, so that it stays short and new code is picked up. */
export async function renew<Input>(input: Input): Promise<never> {
  return continueAsNew<(input: Input) => Promise<unknown>>(input);
}

/** The part of the state that `status` answers. */
export function publicState(state: EntityState) {
  const { phase, message, generation, observedGeneration, conditions, works, runs, document } = state;
  const { details, statusMessage, uid, createdAt } = state;
  return {
    phase,
    message,
    generation,
    observedGeneration,
    conditions,
    works,
    runs,
    document,
    details,
    statusMessage,
    uid,
    createdAt,
  };
}
