import type { DestinationChange } from '../../src/domain/affects.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { ApplyPromise } from '../messages.js';
import { addWaiter } from '../waiters.js';
import type { EntityState } from './entity.js';
import { newEntityState, noteObject, wantDocument } from './entity.js';

export interface PromiseInput {
  readonly name: string;
  /** Carried by continue-as-new; do not set. */
  readonly state?: PromiseState;
}

export interface PromiseState extends EntityState {
  /** The newest accepted revision. */
  plan?: PromisePlan;
  /** The newest revision that became Available: requests run with it. */
  installed?: PromisePlan;
  /** `namespace/name` of every request that it serves. */
  resources: readonly string[];
  /** Why resources cannot be deleted, by `namespace/name`. */
  blocked: Readonly<Record<string, string>>;
  /** How far the deletion is (reference, section 3.6): pipelines, then resources, then documents. */
  deletion: 'pipelines' | 'resources' | 'documents';
  /** Resources that have been told to go. */
  dismissed: readonly string[];
  /** Resources that have to hear of the installed revision; handlers take notes, the main loop sends. */
  announce: readonly string[];
  /** Destination changes to pass on; `all` when there were too many to name. */
  changes: readonly DestinationChange[] | 'all';
  /** A wish that came during deletion: the Promise is installed anew afterwards. */
  next?: ApplyPromise;
}

/** What the outside asks of a Promise that a request is checked against. */
export interface PromiseOffer {
  readonly plan: PromisePlan;
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
  return { ...newEntityState(), ...deletion, resources: [], announce: [], changes: [] };
}

/** Takes a wish over; true when a running run is now out of date. */
export function acceptWish(state: PromiseState, wish: ApplyPromise): boolean {
  noteObject(state, wish);
  const { changed } = wantDocument(state, wish.plan.digest);
  state.plan = { ...wish.plan, generation: state.generation };
  if (wish.ticket !== undefined) {
    state.waiters = addWaiter(state.waiters, { ...wish.ticket, wants: 'apply', changed });
  }
  return changed;
}

/** Somebody asked again for a deletion that goes on: what had failed is tried once more. */
export function retryDeletion(state: PromiseState): void {
  if (state.phase !== 'Failed') return;
  state.again = true;
  state.blocked = {};
  state.dismissed = [];
}

export function offerOf({ plan, installed, deleting }: PromiseState): PromiseOffer | undefined {
  const offered = installed ?? plan;
  return offered === undefined ? undefined : { plan: offered, available: installed !== undefined, deleting };
}
