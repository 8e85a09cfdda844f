import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { DestinationChange } from '../../src/domain/affects.js';
import { affects, inDoubt } from '../../src/domain/affects.js';
import type { Condition } from '../../src/domain/condition.js';
import { setCondition } from '../../src/domain/condition.js';
import type { ObsoletePlacement } from '../../src/domain/obsolete.js';
import type { Phase } from '../../src/domain/phase.js';
import type { RunRecord } from '../../src/domain/run.js';
import type { Suspension } from '../../src/domain/suspension.js';
import type { Work } from '../../src/domain/work.js';
import { destinationsOf } from '../../src/domain/works.js';
import type { Relabelled, Shown, Verify } from '../messages.js';
import { destinationsKey, listable, phaseKey } from '../searchAttributes.js';
import type { Waiter } from '../waiters.js';

/** What a Promise's and a Resource's entity both remember: plain JSON, carried through continue-as-new. */
export interface EntityState {
  uid: string;
  createdAt: string;
  /** Digest of the newest wanted document. */
  document: string;
  /** Digest of what it wants beside labels and annotations. */
  spec: string;
  generation: number;
  /** Generation of the last configure run, whatever became of it. */
  observedGeneration: number;
  phase: Phase;
  message: string;
  deleting: boolean;
  /** Run although nothing is new: somebody repeated a wish that had failed. */
  again: boolean;
  /** Nothing is run until somebody says otherwise. */
  paused: boolean;
  suspension?: Suspension;
  /** The suspended pipeline may go on: its time has come, or somebody said so. */
  resume: boolean;
  /** ISO time at which pipelines last ended a configuration, well or not. */
  configuredAt?: string;
  /** Destinations changed under a placement, or one appeared that a group waits for. */
  misplaced: boolean;
  /** Changes heard during a run, which alone knows its works until it ends; `all` when there were too many to name. */
  heard: readonly DestinationChange[] | 'all';
  /** Repairs that have been asked for. */
  verify: readonly Verify[];
  /** A store does not hold what was written to it: a repair run is due. */
  damaged: boolean;
  failure?: Failing;
  works: readonly Work[];
  details?: string;
  statusMessage?: string;
  conditions: readonly Condition[];
  /** Newest first. */
  runs: readonly RunRecord[];
  nextRun: number;
  waiters: readonly Waiter[];
  /** Task queue of the controller that shows this object's state in a cluster; nothing is shown without one. */
  projection?: string;
  /** Operations whose wish came during a deletion: they wait for the object that is made anew afterwards. */
  nextWaiters: readonly Waiter[];
  /** What stores may still hold although no work says so. */
  leftovers: readonly ObsoletePlacement[];
}

/** Why the object is `Failed`. */
interface Failing {
  readonly type: string;
  readonly message: string;
  /** Only documents did not get to a store: the next run that writes them heals it. */
  readonly ofWrites?: true;
  /** When they are written again by themselves, and how often in a row they were. */
  readonly retry?: Retry;
}

interface Retry {
  /** ISO time. */
  readonly at: string;
  readonly count: number;
}

export function newEntityState(): EntityState {
  return {
    uid: uuid4(),
    createdAt: new Date().toISOString(),
    document: '',
    spec: '',
    generation: 0,
    observedGeneration: 0,
    phase: 'Pending',
    message: 'accepted',
    deleting: false,
    again: false,
    paused: false,
    resume: false,
    misplaced: false,
    heard: [],
    verify: [],
    damaged: false,
    works: [],
    conditions: [],
    runs: [],
    nextRun: 1,
    waiters: [],
    nextWaiters: [],
    leftovers: [],
  };
}

/** Takes note of the object in a cluster that a wish came from. */
export function noteObject(state: EntityState, { projection, uid, createdAt, works, details }: Shown): void {
  // Who has run knows better.
  if (works !== undefined && state.nextRun === 1 && state.works.length === 0) state.works = works;
  if (details !== undefined && state.nextRun === 1) state.details ??= details;
  state.projection = projection ?? state.projection;
  state.uid = uid ?? state.uid;
  state.createdAt = createdAt ?? state.createdAt;
}

/** Takes a newly wanted document; the same wish again starts nothing, unless the last attempt at it failed. */
export function wantDocument(state: EntityState, document: string, spec: string): { readonly changed: boolean } {
  state.document = document;
  if (state.spec === spec) {
    if (state.phase === 'Failed') state.again = true;
    return { changed: state.phase === 'Failed' };
  }
  state.spec = spec;
  state.generation += 1;
  return { changed: true };
}

/** Takes over labels and annotations: nothing runs for them, and what runs next has them. False when it wants another by now. */
export function relabel(state: EntityState, { document, instead }: Relabelled): boolean {
  if (state.document !== instead) return false;
  state.document = document;
  return true;
}

/** Takes note of changed Destinations; `undefined` when there were too many to name. */
export function hearChanges(
  state: EntityState,
  running: boolean,
  changes: readonly DestinationChange[] | undefined,
): void {
  state.heard = changes === undefined || state.heard === 'all' ? 'all' : [...state.heard, ...changes];
  if (!running) weighChanges(state);
}

/** Finds out whether what was heard matters to the works as they are now. */
export function weighChanges(state: EntityState): void {
  const { heard, works, leftovers } = state;
  state.heard = [];
  if (heard === 'all' || heard.some((change) => isAffected(change))) state.misplaced = true;
  if (heard !== 'all') state.leftovers = [...state.leftovers, ...inDoubt(heard, works)];

  function isAffected(change: DestinationChange): boolean {
    // Only who has everything where it belongs is sure that nothing waits for the store.
    const isSettled = state.phase === 'Ready' && !leftovers.some(({ destination }) => destination === change.name);
    const news = isSettled ? change : { ...change, answers: undefined };
    return works.some((work) => affects(news, work));
  }
}

/** Sets where the object stands, where the Web UI, `temporal workflow list` and queries show it. */
export function show(state: EntityState, phase: Phase, message: string): void {
  // A signal changes the phase before it is shown, and a list would go on with the one before.
  const listed = workflowInfo().typedSearchAttributes.get(phaseKey);
  const changed = state.phase !== phase || (listed !== phase && patched('phase-listed'));
  state.phase = phase;
  state.message = message;
  setCurrentDetails(`**${phase}**: ${message}`);
  if (!changed) return;
  upsertSearchAttributes([
    { key: phaseKey, value: phase },
    { key: destinationsKey, value: listable(destinationsOf(state.works)) },
  ]);
}

/** A fresh history begins without details: the Web UI shall go on showing where the object stands. */
export function showAgain({ phase, message }: EntityState): void {
  setCurrentDetails(`**${phase}**: ${message}`);
}

export function isGone(state: EntityState): boolean {
  return state.phase === 'Gone';
}

export function note(state: EntityState, condition: Omit<Condition, 'lastTransitionTime'>): void {
  state.conditions = setCondition(state.conditions, condition, new Date().toISOString());
}

/** Far below Temporal's 10,240 events, where it starts to warn. */
const longHistory = 1_000;

export function historyIsLong(): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > longHistory;
}

/** Starts a fresh history with the same state, so that it stays short and new code is picked up. */
export async function renew<Input>(input: () => Input): Promise<never> {
  // What a handler still has to tell would be forgotten.
  if (!allHandlersFinished() && patched('handlers-first')) await condition(allHandlersFinished);
  return continueAsNew<(input: Input) => Promise<unknown>>(input());
}

/** The part of the state that `status` answers. */
export function publicState(state: EntityState) {
  const { phase, message, generation, observedGeneration, conditions, works, runs, document } = state;
  const { details, statusMessage, uid, createdAt, deleting, projection, paused, suspension } = state;
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
    deleting,
    projection,
    paused,
    suspension,
  };
}
