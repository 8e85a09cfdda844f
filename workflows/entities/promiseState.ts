import { patched } from '@temporalio/workflow';
import type { DestinationChange } from '../../src/domain/affects.js';
import type { PlanSettings, PromisePlan } from '../../src/domain/plan.js';
import { isSameSettings } from '../../src/domain/plan.js';
import type { Dependent, RequirementStatus } from '../../src/domain/requirements.js';
import type { Revision } from '../../src/domain/revision.js';
import { addRevision } from '../../src/domain/revision.js';
import type { ApplyPromise, Relabelled } from '../messages.js';
import { addWaiter } from '../waiters.js';
import type { EntityState } from './entity.js';
import { newEntityState, noteObject, relabel, wantDocument } from './entity.js';
import { isServing } from './serving.js';

export interface PromiseInput {
  readonly name: string;
  /** Carried by continue-as-new; do not set. */
  readonly state?: PromiseState;
  /** The cluster shows this state already. */
  readonly isShown?: boolean;
}

export interface PromiseState extends EntityState {
  /** The newest accepted revision. */
  plan?: PromisePlan;
  /** The newest revision that became Available: requests run with it unless they are bound to another. */
  installed?: PromisePlan;
  /** Every version that was accepted, oldest first. */
  revisions: readonly Revision[];
  /** How many revisions were told of by others, after a loss. */
  recalled: number;
  /** `namespace/name` of every request that it serves. */
  resources: readonly string[];
  /** Versions of requests that do not follow the latest revision, by `namespace/name`. */
  bound: Readonly<Record<string, string>>;
  /** Why resources cannot be deleted, by `namespace/name`. */
  blocked: Readonly<Record<string, string>>;
  /** How far the deletion is (reference, section 3.6): pipelines, then resources, then documents. */
  deletion: 'pipelines' | 'resources' | 'documents';
  /** Resources that have been told to go. */
  dismissed: readonly string[];
  /** Resources that have to hear of their revision; handlers take notes, the main loop sends. */
  announce: readonly string[];
  /** Those of them that shall run from the start. */
  rerun: readonly string[];
  /** Resources whose revision is gone: they have to go too. */
  dismiss: readonly string[];
  /** Destination changes to pass on; `all` when there were too many to name. */
  changes: readonly DestinationChange[] | 'all';
  /** Where what it requires stands, as far as the catalogue has told. */
  requirements?: readonly RequirementStatus[];
  /** It is installed, and shows what it lacks of that. */
  unfulfilled?: true;
  requiredBy: readonly Dependent[];
  /** What requests and the catalogue were last told: whether it serves, and what it offers. */
  told: { readonly serving: boolean; readonly paused: boolean; readonly offering: string };
  /** A wish that came during deletion: the Promise is installed anew afterwards. */
  next?: ApplyPromise;
}

/** What the outside asks of a Promise that a request is checked against. */
export interface PromiseOffer {
  readonly plan: PromisePlan;
  /** Of the newest accepted revision, which may not be installed. */
  readonly newest: PlanSettings;
  readonly available: boolean;
  readonly deleting: boolean;
}

/** Takes note of a wish that came too late for this life of the Promise. */
export function postpone(state: PromiseState, wish: ApplyPromise): void {
  state.next = wish;
  if (wish.ticket === undefined) return;
  state.nextWaiters = addWaiter(state.nextWaiters, { ...wish.ticket, wants: 'apply', changed: true });
}

export function newPromiseState(): PromiseState {
  const deletion = { deletion: 'pipelines', dismissed: [], blocked: {} } as const;
  const resources = { resources: [], bound: {}, announce: [], rerun: [], dismiss: [], changes: [] } as const;
  const told = { serving: false, paused: false, offering: '' };
  return { ...newEntityState(), ...deletion, ...resources, revisions: [], recalled: 0, requiredBy: [], told };
}

/** Takes a wish over; true when a running run is now out of date. */
export function acceptWish(state: PromiseState, wish: ApplyPromise): boolean {
  noteObject(state, wish);
  const { changed } = wantDocument(state, wish.plan.digest, wish.plan.spec);
  const before = state.plan;
  const plan = { ...wish.plan, generation: state.generation };
  takePlan(state, plan);
  announceBound(state, plan.version);
  // It may be waited for, and is not the one that comes any more.
  const isOvertaken = before?.version !== plan.version && before?.version !== state.installed?.version;
  if (before !== undefined && isOvertaken && patched('awaited-told')) announceBound(state, before.version);
  if (wish.ticket !== undefined) {
    state.waiters = addWaiter(state.waiters, { ...wish.ticket, wants: 'apply', changed });
  }
  return changed;
}

/** Takes over a Promise's labels and annotations; its document is that of its revision, too. */
export function acceptLabels(state: PromiseState, news: Relabelled): boolean {
  const { plan } = state;
  if (plan === undefined || !relabel(state, news)) return false;
  takePlan(state, { ...plan, digest: news.document });
  return true;
}

function takePlan(state: PromiseState, plan: PromisePlan): void {
  const before = state.plan;
  state.plan = plan;
  state.revisions = addRevision(state.revisions, plan);
  // Other annotations, or another operator's settings: nothing runs for it, and requests have to know.
  if (state.installed?.generation !== plan.generation) return;
  state.installed = plan;
  const settled = before?.digest === plan.digest && isSameSettings(before, plan);
  if (!settled) state.announce = state.resources;
}

/** Requests that wait for a revision, or run with an older making of it, hear of it. */
export function announceBound(state: PromiseState, version: string): void {
  const waiting = state.resources.filter((key) => state.bound[key] === version && !state.announce.includes(key));
  state.announce = [...state.announce, ...waiting];
}

/** Somebody asked again for a deletion that goes on: what had failed is tried once more. */
export function retryDeletion(state: PromiseState): void {
  // Those that are on their way do not mind, and one whose entity was terminated meanwhile is found out.
  state.dismissed = [];
  if (state.phase !== 'Failed') return;
  state.again = true;
  state.blocked = {};
}

export function offerOf(state: PromiseState): PromiseOffer | undefined {
  const { plan, deleting } = state;
  if (plan === undefined) return undefined;
  const { intervalMillis, reconcileAfterFailure } = plan;
  const newest = { intervalMillis, reconcileAfterFailure };
  return { plan: state.installed ?? plan, newest, available: isServing(state), deleting };
}
