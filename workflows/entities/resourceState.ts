import type { PromisePlan } from '../../src/domain/plan.js';
import type { Binding } from '../../src/domain/revision.js';
import { latestVersion } from '../../src/domain/revision.js';
import type { ApplyResource, Bind, PromiseChanged } from '../messages.js';
import { addWaiter } from '../waiters.js';
import type { EntityState } from './entity.js';
import { newEntityState, noteObject, wantDocument } from './entity.js';
import type { Lack } from './heldBack.js';
import { lackOf, showLacking } from './heldBack.js';

export interface ResourceInput {
  readonly promise: string;
  readonly namespace: string;
  readonly name: string;
  /** Carried by continue-as-new; do not set. */
  readonly state?: ResourceState;
  /** The cluster shows this state already. */
  readonly isShown?: boolean;
}

export interface ResourceState extends EntityState {
  apiVersion: string;
  kind: string;
  /** Of the revision that it is bound to, as far as its Promise has told. */
  plan?: PromisePlan;
  /** Of the version that was applied last, while the plan is another version's. */
  appliedPlan?: PromisePlan;
  /** Generation of the Promise that the last configure run used. */
  observedPlan: number;
  /** Digest of the API that the wanted document was checked with. */
  checkedWith?: string;
  promiseAvailable: boolean;
  promisePaused: boolean;
  /** Known to its Promise, with the version that it is bound to. */
  adopted: boolean;
  binding: Binding;
  /** It was bound to another version and has not heard of its plan yet. */
  rebinding: boolean;
  /** A version that is known and not installed; nothing is configured with another while it is bound to that one. */
  awaited?: string;
  /** It is bound to a revision that does not exist: nothing is configured with the one before. */
  lacking?: Lack;
  /** A wish that came while the object was being deleted: it is made anew afterwards. */
  next?: ApplyResource;
}

export function newResourceState(): ResourceState {
  const promise = { observedPlan: 0, promiseAvailable: false, promisePaused: false, adopted: false };
  const binding = { version: latestVersion };
  return { ...newEntityState(), ...promise, apiVersion: '', kind: '', binding, rebinding: false };
}

/** Takes note of a wish that came too late for this life of the object. */
export function postpone(state: ResourceState, wish: ApplyResource): void {
  state.next = wish;
  if (wish.ticket === undefined) return;
  state.nextWaiters = addWaiter(state.nextWaiters, { ...wish.ticket, wants: 'apply', changed: true });
}

/** Takes a wish over; true when a running run is now out of date. */
export function acceptWish(state: ResourceState, wish: ApplyResource): boolean {
  noteObject(state, wish);
  const { changed } = wantDocument(state, wish.document, wish.spec);
  if (wish.deleting === true) {
    state.deleting = true;
    state.phase = 'Deleting';
  }
  state.checkedWith = wish.plan.api?.definition;
  state.apiVersion = wish.apiVersion;
  state.kind = wish.kind;
  if (state.plan === undefined) {
    const { plan, available, version } = wish;
    state.plan = plan;
    state.binding = { version };
    // The plan of another revision is its Promise's to tell.
    state.promiseAvailable = available && (version === latestVersion || version === plan.version);
  }
  if (wish.ticket !== undefined) {
    state.waiters = addWaiter(state.waiters, { ...wish.ticket, wants: 'apply', changed });
  }
  return changed;
}

/** Binds it to another revision: its Promise has to tell what that one is. */
export function acceptBinding(state: ResourceState, { version, ticket }: Bind): void {
  const changed = version !== state.binding.version;
  if (ticket !== undefined) state.waiters = addWaiter(state.waiters, { ...ticket, wants: 'apply', changed });
  if (!changed) return;
  state.binding = { ...state.binding, version };
  state.adopted = false;
  state.rebinding = true;
}

/** Takes over what its Promise says; true when a running run is now out of date. */
export function acceptPromise(state: ResourceState, promise: string, news: PromiseChanged): boolean {
  // An answer to a binding that has changed meanwhile.
  if (news.boundTo !== state.binding.version) return false;
  state.promiseAvailable = news.available;
  state.promisePaused = news.paused;
  // Who has that version's plan goes on with it while another making of it is installed.
  state.rebinding = news.awaited === true && state.plan?.version !== news.boundTo;
  if (state.rebinding) {
    state.awaited = news.boundTo;
    return false;
  }
  // What it showed while it waited is over.
  if (state.awaited !== undefined) state.again = true;
  delete state.awaited;
  if (news.awaited === true) {
    endLack(state);
    return false;
  }
  if (news.again === true) state.again = true;
  if (news.plan === undefined) {
    const message = `cannot find a PromiseRevision for Promise ${promise} with version ${news.boundTo}: promise revision not found`;
    showLacking(state, { type: 'UnknownRevision', message });
    return false;
  }
  endLack(state);
  const changed = news.plan.generation !== state.plan?.generation;
  keepApplied(state, news.plan);
  state.plan = news.plan;
  return changed;
}

function endLack(state: ResourceState): void {
  if (lackOf(state) === undefined) return;
  if (state.failure?.type === 'UnknownRevision') delete state.failure;
  delete state.lacking;
  state.again = true;
}

function keepApplied(state: ResourceState, next: PromisePlan): void {
  const { plan, binding } = state;
  if (next.version === binding.lastApplied) delete state.appliedPlan;
  else if (plan !== undefined && plan.version === binding.lastApplied) state.appliedPlan = plan;
}

/** What it is run with: it goes with the version that was applied last, which made what there is (reference, section 3.4). */
export function planOf({ deleting, plan, appliedPlan }: ResourceState): PromisePlan | undefined {
  return deleting ? (appliedPlan ?? plan) : plan;
}

/** Its revision was lost, and is stored anew from its object: what runs waits for what does not come back. */
export function isStoredAnew({ plan: known }: ResourceState, { plan }: PromiseChanged): boolean {
  const recalled = plan !== undefined && plan.generation < 0;
  return recalled && plan.version === known?.version && plan.digest !== known.digest;
}
