import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { DestinationChange } from '../../src/domain/affects.js';
import type { EntityStatus } from '../../src/domain/entity.js';
import { destinationsId, promisesId, resourceId } from '../../src/domain/ids.js';
import { objectStatus } from '../../src/domain/objectStatus.js';
import type { Owner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type {
  Adopt,
  ApplyPromise,
  DestinationsChanged,
  Progress,
  PromiseChanged,
  Released,
  Remove,
  Verify,
} from '../messages.js';
import { queries, signals } from '../messages.js';
import { addWaiter, send } from '../waiters.js';
import type { EntityState } from './entity.js';
import {
  hearChanges,
  historyIsLong,
  isGone,
  newEntityState,
  note,
  publicState,
  renew,
  settle,
  show,
  showAgain,
  wantDocument,
} from './entity.js';
import type { CurrentRun, RunOrder } from './entityRun.js';
import { conductEntityRun, noRun, repairOrder, supersede } from './entityRun.js';
import { compare } from './comparison.js';
import { conclude, noteBegun, tellRepair } from './outcome.js';
import { projector } from './projection.js';

export interface PromiseInput {
  readonly name: string;
  /** Carried by continue-as-new; do not set. */
  readonly state?: PromiseState;
}

interface PromiseState extends EntityState {
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

/** Keeps one Promise: its API's revision, its dependencies, and the list of requests that it serves. */
export async function promise(input: PromiseInput): Promise<EntityStatus> {
  const state = input.state ?? newPromiseState();
  const current = noRun();
  let stirred = true;
  showAgain(state);

  setHandler(defineSignal<[ApplyPromise]>(signals.apply), async (wish) => {
    stirred = true;
    if (state.deleting) postpone(state, wish);
    else if (acceptWish(state, wish)) await supersede(current);
  });
  setHandler(defineSignal<[Remove]>(signals.remove), async ({ ticket }) => {
    stirred = true;
    if (ticket !== undefined) state.waiters = addWaiter(state.waiters, { ...ticket, wants: 'remove', changed: true });
    if (state.deleting) return retryDeletion(state);
    state.deleting = true;
    delete state.failure;
    state.phase = 'Deleting';
    await supersede(current);
  });
  setHandler(defineSignal<[Adopt]>(signals.adopt), ({ namespace, name, planGeneration }) => {
    const key = `${namespace}/${name}`;
    if (!state.resources.includes(key)) state.resources = [...state.resources, key];
    if (planGeneration === state.installed?.generation && !state.deleting) return;
    stirred = true;
    state.announce = [...state.announce, key];
  });
  setHandler(defineSignal<[Released]>(signals.released), ({ namespace, name, blocked }) => {
    stirred = true;
    const key = `${namespace}/${name}`;
    const { [key]: _known, ...others } = state.blocked;
    state.blocked = blocked === undefined ? others : { ...others, [key]: blocked };
    if (blocked === undefined) state.resources = state.resources.filter((known) => known !== key);
    if (state.failure?.type === deletionBlocked && Object.keys(state.blocked).length === 0) {
      delete state.failure;
      state.phase = 'Deleting';
    }
  });
  setHandler(defineSignal<[DestinationsChanged]>(signals.destinationsChanged), ({ changes }) => {
    stirred = true;
    hearChanges(state, current.running, changes);
    state.changes = changes === undefined || state.changes === 'all' ? 'all' : [...state.changes, ...changes];
  });
  setHandler(defineSignal<[Progress]>(signals.runProgress), async (progress) => {
    show(state, progress.phase, progress.message);
    await settle(state);
  });
  setHandler(defineSignal<[Verify]>(signals.verify), (wish) => {
    stirred = true;
    state.verify = [...state.verify, wish];
  });
  setHandler(defineQuery<EntityStatus>(queries.status), () => statusOf(input, state));
  setHandler(defineQuery<PromiseOffer | undefined>(queries.plan), () => offerOf(state));

  const project = projector(state, () => statusOf(input, state));
  for (;;) {
    await condition(() => stirred);
    stirred = false;
    await tellResources(input, state);
    await compare(state);
    const order = nextOrder(input, state);
    if (order !== undefined) {
      await perform(state, current, order, project);
      // Before the answer, so that who hears it finds the requests informed.
      await tellResources(input, state);
    } else if (state.deleting) showDeletion(input, state);
    await settle(state);
    await project();
    if (isGone(state)) break;
    if (order !== undefined || historyIsLong()) await renew<PromiseInput>({ ...input, state });
  }
  await Promise.all([
    send(promisesId, signals.release, { promise: input.name }),
    send(destinationsId, signals.unsubscribe, { promise: input.name }),
  ]);
  // Asked last, with nothing awaited before the end: a wish that comes while the others are told is not lost.
  if (state.next !== undefined) await installAnew(input, state, state.next);
  return statusOf(input, state);
}

/** Takes note of a wish that came too late for this life of the Promise. */
function postpone(state: PromiseState, wish: ApplyPromise): void {
  state.next = wish;
  if (wish.ticket === undefined) return;
  state.nextWaiters = addWaiter(state.nextWaiters, { ...wish.ticket, wants: 'apply', changed: true });
}

async function installAnew(input: PromiseInput, state: PromiseState, wish: ApplyPromise): Promise<never> {
  const anew = { ...newPromiseState(), waiters: state.nextWaiters };
  acceptWish(anew, wish);
  await Promise.all([
    send(promisesId, signals.reclaim, { promise: input.name, api: wish.plan.api }),
    send(destinationsId, signals.subscribe, { promise: input.name }),
  ]);
  if (state.next !== undefined && state.next !== wish) acceptWish(anew, state.next);
  anew.waiters = state.nextWaiters.reduce(addWaiter, [...anew.waiters]);
  return renew<PromiseInput>({ ...input, state: anew });
}

function newPromiseState(): PromiseState {
  const deletion = { deletion: 'pipelines', dismissed: [], blocked: {} } as const;
  return { ...newEntityState(), ...deletion, resources: [], announce: [], changes: [] };
}

/** Takes a wish over; true when a running run is now out of date. */
function acceptWish(state: PromiseState, wish: ApplyPromise): boolean {
  state.projection = wish.projection ?? state.projection;
  const { changed } = wantDocument(state, wish.plan.digest);
  state.plan = { ...wish.plan, generation: state.generation };
  if (wish.ticket !== undefined) {
    state.waiters = addWaiter(state.waiters, { ...wish.ticket, wants: 'apply', changed });
  }
  return changed;
}

/** Somebody asked again for a deletion that goes on: what had failed is tried once more. */
function retryDeletion(state: PromiseState): void {
  if (state.phase !== 'Failed') return;
  state.again = true;
  state.blocked = {};
  state.dismissed = [];
}

function offerOf({ plan, installed, deleting }: PromiseState): PromiseOffer | undefined {
  const offered = installed ?? plan;
  return offered === undefined ? undefined : { plan: offered, available: installed !== undefined, deleting };
}

/** Sends what resources have to know: the installed revision, changed Destinations, or that they have to go. */
async function tellResources(input: PromiseInput, state: PromiseState): Promise<void> {
  const { announce, changes, installed } = state;
  state.announce = [];
  state.changes = [];
  if (state.deleting) {
    if (state.deletion !== 'resources') return;
    const remaining = state.resources.filter((key) => !state.dismissed.includes(key));
    state.dismissed = [...state.dismissed, ...remaining];
    return signalAll(input, remaining, signals.remove, {});
  }
  if (installed !== undefined && announce.length > 0) {
    const news: PromiseChanged = { plan: installed, available: true };
    await signalAll(input, announce, signals.promiseChanged, news);
  }
  if (changes === 'all' || changes.length > 0) {
    const news: DestinationsChanged = changes === 'all' ? {} : { changes };
    await signalAll(input, state.resources, signals.destinationsChanged, news);
  }
}

/** Temporal allows 2,000 signals under way; a hundred at a time keeps far from it and the tasks small. */
const signalsAtOnce = 100;

async function signalAll(
  input: PromiseInput,
  keys: readonly string[],
  signal: string,
  payload: unknown,
): Promise<void> {
  for (let start = 0; start < keys.length; start += signalsAtOnce) {
    const batch = keys.slice(start, start + signalsAtOnce);
    await Promise.all(batch.map((key) => send(entityIdOf(input, key), signal, payload)));
  }
}

function entityIdOf(input: PromiseInput, key: string): string {
  const slash = key.indexOf('/');
  return resourceId(input.name, key.slice(0, slash), key.slice(slash + 1));
}

function nextOrder(input: PromiseInput, state: PromiseState): RunOrder | undefined {
  const { plan } = state;
  if (plan === undefined) return undefined;
  const base = { owner: ownerOf(input), plan, object: objectOf(state, plan) };
  if (state.deleting) return nextDeletion(state, base);
  if (state.observedGeneration !== state.generation || state.again) {
    return { ...base, type: 'configureRun', action: 'configure' };
  }
  if (state.misplaced) return { ...base, type: 'placeRun', action: 'place' };
  return repairOrder(state, base);
}

function nextDeletion(state: PromiseState, base: Pick<RunOrder, 'owner' | 'plan' | 'object'>): RunOrder | undefined {
  if (state.phase === 'Failed' && !state.again) return undefined;
  if (state.deletion === 'resources' && state.resources.length === 0) state.deletion = 'documents';
  switch (state.deletion) {
    case 'pipelines':
      return { ...base, type: 'deleteRun', action: 'delete', keepDocuments: true };
    case 'resources':
      return undefined;
    case 'documents':
      return { ...base, type: 'withdrawRun', action: 'delete' };
  }
}

async function perform(
  state: PromiseState,
  current: CurrentRun,
  order: RunOrder,
  project: () => Promise<void>,
): Promise<void> {
  state.again = false;
  if (order.action === 'repair') state.damaged = false;
  if (order.action !== 'delete') state.misplaced = false;
  if (order.action === 'configure') state.observedGeneration = state.generation;
  noteBegun(state, order.action);
  show(state, order.action === 'delete' ? 'Deleting' : 'Running', `${order.action}, generation ${state.generation}`);
  await project();
  const result = await conductEntityRun(state, current, order);
  conclude(state, order, result);
  if (order.action === 'repair') await tellRepair(state, result);
  if (result.outcome !== 'Succeeded') return;
  if (order.type === 'deleteRun') state.deletion = 'resources';
  else if (order.type === 'withdrawRun') concludeWithdrawal(state);
  else if (state.failure === undefined) install(state, order.plan);
}

/** A request that was accepted at the last moment has to go first. */
function concludeWithdrawal(state: PromiseState): void {
  if (state.resources.length > 0) state.deletion = 'resources';
  else show(state, 'Gone', 'deleted');
}

/** From now on requests run with this revision. */
function install(state: PromiseState, plan: PromisePlan): void {
  const message = 'Ready to fulfil resource requests';
  note(state, { type: 'Available', status: 'True', reason: 'PromiseAvailable', message });
  if (state.installed?.generation === plan.generation) return;
  state.installed = plan;
  state.announce = state.resources;
}

const deletionBlocked = 'DeletionBlocked';

function showDeletion(input: PromiseInput, state: PromiseState): void {
  if (state.deletion !== 'resources') return;
  const reasons = Object.values(state.blocked);
  if (reasons.length > 0) {
    const message = `Promise ${input.name} cannot be deleted: ${reasons.join('; ')}`;
    state.failure = { type: deletionBlocked, message };
    return show(state, 'Failed', message);
  }
  show(
    state,
    'Deleting',
    `waiting for ${state.resources.length} resource(s): ${state.resources.slice(0, 5).join(', ')}`,
  );
}

function ownerOf({ name }: PromiseInput): Owner {
  const apiVersion = 'platform.kratix.io/v1alpha1';
  return { type: 'promise', promise: name, apiVersion, kind: 'Promise', plural: 'promises', namespace: '', name };
}

function objectOf(state: PromiseState, plan: PromisePlan): RunOrder['object'] {
  const { document, generation, uid, createdAt, details } = state;
  const pipelines = plan.pipelines.promise.configure;
  const message = state.statusMessage ?? (state.phase === 'Ready' ? 'Promise configured' : 'Pending');
  const status = objectStatus({ ...state, message, pipelines, version: plan.version });
  return { document, generation, uid, createdAt, status, details };
}

function statusOf({ name }: PromiseInput, state: PromiseState): EntityStatus {
  const { plan } = state;
  const api = plan?.api && { apiVersion: `${plan.api.group}/${plan.api.versions[0]}`, kind: plan.api.kind };
  return {
    ...publicState(state),
    namespace: '',
    name,
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    version: plan?.version ?? 'not-set',
    resources: state.resources,
    pipelines: plan?.pipelines.promise.configure ?? [],
    api,
  };
}
