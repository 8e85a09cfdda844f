import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import type { EntityStatus } from '../../src/domain/entity.js';
import { promiseId } from '../../src/domain/ids.js';
import { objectStatus } from '../../src/domain/objectStatus.js';
import type { Owner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { ApplyResource, DestinationsChanged, PromiseChanged, Remove } from '../messages.js';
import { signals } from '../messages.js';
import { addWaiter, send } from '../waiters.js';
import type { EntityState } from './entity.js';
import {
  hearChanges,
  historyIsLong,
  isGone,
  newEntityState,
  noteObject,
  publicState,
  renew,
  settle,
  show,
  showAgain,
  wantDocument,
} from './entity.js';
import type { CurrentRun, RunOrder } from './entityRun.js';
import { conductEntityRun, noRun, repairOrder, supersede } from './entityRun.js';
import { handleCommon } from './commonHandlers.js';
import { compare } from './comparison.js';
import { conclude, noteBegun, tellRepair } from './outcome.js';
import { projector } from './projection.js';

export interface ResourceInput {
  readonly promise: string;
  readonly namespace: string;
  readonly name: string;
  /** Carried by continue-as-new; do not set. */
  readonly state?: ResourceState;
}

interface ResourceState extends EntityState {
  apiVersion: string;
  kind: string;
  plan?: PromisePlan;
  /** Generation of the Promise that the last configure run used. */
  observedPlan: number;
  promiseAvailable: boolean;
  adopted: boolean;
  /** A wish that came while the object was being deleted: it is made anew afterwards. */
  next?: ApplyResource;
}

/** Keeps one Resource for as long as it is wanted: one run at a time, the newest wish next. */
export async function resource(input: ResourceInput): Promise<EntityStatus> {
  const state = input.state ?? newResourceState();
  const current = noRun();
  let stirred = true;
  showAgain(state);

  setHandler(defineSignal<[ApplyResource]>(signals.apply), async (wish) => {
    stirred = true;
    if (state.deleting) postpone(state, wish);
    else if (acceptWish(state, wish)) await supersede(current);
  });
  setHandler(defineSignal<[Remove]>(signals.remove), async ({ ticket }) => {
    stirred = true;
    if (ticket !== undefined) state.waiters = addWaiter(state.waiters, { ...ticket, wants: 'remove', changed: true });
    if (state.deleting && state.phase === 'Failed') state.again = true;
    if (state.deleting) return;
    state.deleting = true;
    state.phase = 'Deleting';
    await supersede(current);
  });
  setHandler(defineSignal<[PromiseChanged]>(signals.promiseChanged), async ({ plan, available }) => {
    stirred = true;
    state.promiseAvailable = available;
    if (plan.generation === state.plan?.generation) return;
    state.plan = plan;
    if (!state.deleting) await supersede(current);
  });
  setHandler(defineSignal<[DestinationsChanged]>(signals.destinationsChanged), ({ changes }) => {
    stirred = true;
    hearChanges(state, current.running, changes);
  });
  handleCommon(
    state,
    () => {
      stirred = true;
    },
    () => statusOf(input, state),
  );

  const project = projector(state, () => statusOf(input, state));
  for (;;) {
    await condition(() => stirred);
    stirred = false;
    await adopt(input, state);
    await compare(state);
    const order = nextOrder(input, state);
    if (order !== undefined) await perform(state, current, order, project);
    await reportBlocked(input, state);
    await settle(state);
    await project();
    if (isGone(state)) break;
    if (order !== undefined || historyIsLong()) await renew<ResourceInput>({ ...input, state });
  }
  await send(promiseId(input.promise), signals.released, { namespace: input.namespace, name: input.name });
  if (state.next !== undefined) {
    const anew = { ...newResourceState(), waiters: state.nextWaiters };
    acceptWish(anew, state.next);
    await renew<ResourceInput>({ ...input, state: anew });
  }
  return statusOf(input, state);
}

/** Takes note of a wish that came too late for this life of the object. */
function postpone(state: ResourceState, wish: ApplyResource): void {
  state.next = wish;
  if (wish.ticket === undefined) return;
  state.nextWaiters = addWaiter(state.nextWaiters, { ...wish.ticket, wants: 'apply', changed: true });
}

function newResourceState(): ResourceState {
  const own = { apiVersion: '', kind: '', observedPlan: 0, promiseAvailable: false, adopted: false };
  return { ...newEntityState(), ...own };
}

/** Takes a wish over; true when a running run is now out of date. */
function acceptWish(state: ResourceState, wish: ApplyResource): boolean {
  noteObject(state, wish);
  const { changed } = wantDocument(state, wish.document);
  state.apiVersion = wish.apiVersion;
  state.kind = wish.kind;
  if (state.plan === undefined) {
    state.plan = wish.plan;
    state.promiseAvailable = wish.available;
  }
  if (wish.ticket !== undefined) {
    state.waiters = addWaiter(state.waiters, { ...wish.ticket, wants: 'apply', changed });
  }
  return changed;
}

/** Makes the resource known to its Promise, which then tells it of every change; without a Promise it must go. */
async function adopt(input: ResourceInput, state: ResourceState): Promise<void> {
  if (state.adopted || state.plan === undefined) return;
  const { namespace, name } = input;
  const known = await send(promiseId(input.promise), signals.adopt, {
    namespace,
    name,
    planGeneration: state.promiseAvailable ? state.plan.generation : 0,
  });
  state.adopted = true;
  if (!known) state.deleting = true;
}

function nextOrder(input: ResourceInput, state: ResourceState): RunOrder | undefined {
  const { plan } = state;
  if (plan === undefined) {
    if (state.deleting) show(state, 'Gone', 'deleted');
    return undefined;
  }
  const owner = ownerOf(input, state, plan);
  const base = { owner, plan, object: objectOf(state, plan) };
  if (state.deleting) {
    if (state.phase === 'Failed' && !state.again) return undefined;
    return { ...base, type: 'deleteRun', action: 'delete' };
  }
  if (!state.promiseAvailable) {
    show(state, 'Waiting', `Promise ${input.promise} is not available yet; goes on by itself when it is`);
    return undefined;
  }
  const outdated = state.observedGeneration !== state.generation || state.observedPlan !== plan.generation;
  if (outdated || state.again) return { ...base, type: 'configureRun', action: 'configure' };
  if (state.misplaced) return { ...base, type: 'placeRun', action: 'place' };
  return repairOrder(state, base);
}

async function perform(
  state: ResourceState,
  current: CurrentRun,
  order: RunOrder,
  project: () => Promise<void>,
): Promise<void> {
  state.again = false;
  if (order.action === 'repair') state.damaged = false;
  if (order.action !== 'delete') state.misplaced = false;
  if (order.action === 'configure') {
    state.observedGeneration = state.generation;
    state.observedPlan = order.plan.generation;
  }
  show(state, order.action === 'delete' ? 'Deleting' : 'Running', `${order.action}, generation ${state.generation}`);
  noteBegun(state, order.action);
  await project();
  const result = await conductEntityRun(state, current, order);
  conclude(state, order, result);
  if (order.action === 'repair') await tellRepair(state, result);
  if (order.action === 'delete' && result.outcome === 'Succeeded') show(state, 'Gone', 'deleted');
}

/** A Promise that is being deleted has to know which resource holds it up. */
async function reportBlocked({ promise, namespace, name }: ResourceInput, state: ResourceState): Promise<void> {
  if (!state.deleting || state.phase !== 'Failed') return;
  await send(promiseId(promise), signals.released, { namespace, name, blocked: state.message });
}

function ownerOf(input: ResourceInput, state: ResourceState, plan: PromisePlan): Owner {
  const { promise, namespace, name } = input;
  const { apiVersion, kind } = state;
  return { type: 'resource', promise, apiVersion, kind, plural: plan.api?.plural ?? '', namespace, name };
}

function objectOf(state: ResourceState, plan: PromisePlan): RunOrder['object'] {
  const { document, generation, uid, createdAt, details } = state;
  const pipelines = plan.pipelines.resource.configure;
  const message = state.statusMessage ?? (state.phase === 'Ready' ? 'Resource requested' : 'Pending');
  const status = objectStatus({ ...state, message, pipelines, version: plan.version });
  return { document, generation, uid, createdAt, status, details };
}

function statusOf({ namespace, name }: ResourceInput, state: ResourceState): EntityStatus {
  return {
    ...publicState(state),
    namespace,
    name,
    apiVersion: state.apiVersion,
    kind: state.kind,
    version: state.plan?.version ?? '',
    pipelines: state.plan?.pipelines.resource.configure ?? [],
  };
}
