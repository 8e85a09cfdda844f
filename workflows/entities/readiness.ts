import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isCancellation, patched, startChild } from '@temporalio/workflow';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import type { Readiness, RegisteredDestination, Registry } from '../../src/domain/registry.js';
import { storeOf } from '../../src/domain/registry.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import { storeReference } from '../../src/domain/stateStore.js';
import { storeFault } from '../../src/domain/storeTrouble.js';
import type { StoreLook } from '../../src/domain/storeLook.js';
import { rootFailure } from '../failures.js';
import { checking } from '../options.js';
import type { DestinationsState } from './destinationsState.js';
import { destinationsOn, enqueue, now } from './destinationsState.js';
import { removeDestination, removeStore } from './registrationRemoval.js';
import { answer, finish } from './registrationWaiters.js';

/** What is not ready is tried again at Kratix's pace (reference, section 6.1). */
const retryMillis = 15_000;

/** What is ready is looked at again less often: so that a store that stops working, or is edited, is noticed. */
export function nextCheckMillis({ registry, recheckMillis }: DestinationsState): number {
  const isWaiting =
    Object.values(registry.stores).some(({ readiness }) => !readiness.ready) || unsettled(registry).length > 0;
  return isWaiting ? retryMillis : recheckMillis;
}

/** Keys of what has to be looked at again: stores first, and Destinations that are not ready or could not be removed. */
export function overdue(registry: Registry): string[] {
  const stores = Object.keys(registry.stores).map((key) => `store/${key}`);
  return [...stores, ...unsettled(registry).map(({ destination }) => `destination/${destination.name}`)];
}

function unsettled({ destinations }: Registry): RegisteredDestination[] {
  return Object.values(destinations).filter(({ readiness, deleting }) => !readiness.ready || deleting);
}

/** Nothing that goes wrong with one Destination may end the entity that keeps all of them. */
export async function checkSafely(state: DestinationsState, key: string): Promise<void> {
  try {
    await check(state, key);
  } catch (thrown) {
    if (isCancellation(thrown)) return;
    const { type, message } = rootFailure(thrown);
    await finish(state, key, { ok: false, type, message: `${key}: ${message}` });
  }
}

/** Looks at one store or Destination, or takes it away when that is what is awaited. */
async function check(state: DestinationsState, key: string): Promise<void> {
  const [kind, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
  const removal = state.waiters[key]?.some((waiter) => waiter.wants === 'remove') === true;
  if (kind === 'store') return removal ? removeStore(state, key, name) : checkStore(state, key, name);
  return removal || state.registry.destinations[name]?.deleting === true
    ? removeDestination(state, key, name)
    : checkDestination(state, key, name);
}

async function checkStore(state: DestinationsState, key: string, name: string): Promise<void> {
  const entry = state.registry.stores[name];
  if (entry === undefined) return;
  const ok = { reason: 'StateStoreReady', message: 'State store is ready' };
  let look: StoreLook | undefined;
  const readiness = await probe(ok, storeFault, async () => {
    look = await checking.lookAtStore.executeWithOptions({ summary: `check ${name}` }, [{ store: entry.store }]);
  });
  const latest = state.registry.stores[name];
  if (latest === undefined || latest.document !== entry.document) return enqueue(state, key);
  state.registry = { ...state.registry, stores: { ...state.registry.stores, [name]: { ...latest, readiness } } };
  if (readiness.ready !== entry.readiness.ready || entry.readiness.message === 'not checked yet') {
    const users = destinationsOn(state.registry, name);
    enqueue(state, ...users.map((destination) => `destination/${destination.name}`));
    // Documents that could not be written wait for this.
    const answers = entry.readiness.message === 'not checked yet' ? undefined : (true as const);
    const changes = users.map((after) => ({ name: after.name, after, answers }));
    if (readiness.ready) state.changes = [...state.changes, ...changes];
  }
  if (look !== undefined) await noteLook(state, entry.store, look);
  await answer(state, key, `StateStore ${name}`, readiness);
}

/** A store that holds something else than when it was last looked at is compared with what was written to it. */
async function noteLook(state: DestinationsState, store: StateStore, look: StoreLook): Promise<void> {
  const { fingerprint, recheckMillis, own, written } = look;
  const reference = storeReference(store);
  const key = storeKey(reference);
  const before = state.seen[key];
  state.seen = { ...state.seen, [key]: fingerprint };
  state.recheckMillis = recheckMillis;
  if (before === undefined || (before === fingerprint && !written)) return;
  // What this worker did itself is as it should be, unless something is known to be missing.
  if (own && !(before === '' && patched('registered-anew'))) return;
  enqueue(state, ...destinationsOn(state.registry, key).map(({ name }) => `destination/${name}`));
  try {
    await startChild('repair', {
      workflowId: `repair/${key}`,
      args: [reference],
      staticSummary: `${key} has changed: compare it with what was written`,
      // It outlives this entity's turn, and nobody here waits for it.
      parentClosePolicy: 'ABANDON',
    });
  } catch (thrown) {
    if (!(thrown instanceof WorkflowExecutionAlreadyStartedError)) throw thrown;
    // The one that runs may have looked at it before: the next look starts another.
    state.seen = { ...state.seen, [key]: '' };
  }
}

async function checkDestination(state: DestinationsState, key: string, name: string): Promise<void> {
  const entry = state.registry.destinations[name];
  if (entry === undefined) return;
  const readiness = await destinationReadiness(state.registry, entry.destination);
  const latest = state.registry.destinations[name];
  if (latest === undefined || latest.document !== entry.document || latest.deleting) return enqueue(state, key);
  const destinations = { ...state.registry.destinations, [name]: { ...latest, readiness } };
  state.registry = { ...state.registry, destinations };
  await answer(state, key, `Destination ${name}`, readiness);
}

async function destinationReadiness(registry: Registry, destination: Destination): Promise<Readiness> {
  const store = storeOf(registry, destination.stateStore);
  const label = storeKey(destination.stateStore);
  if (store === undefined) {
    return { ready: false, reason: 'StateStoreNotFound', message: `${label}: not found`, checkedAt: now() };
  }
  if (!store.readiness.ready) {
    const message = `${label}: not ready: ${store.readiness.message}`;
    return { ready: false, reason: 'StateStoreNotReady', message, checkedAt: now() };
  }
  const ok = destination.canaries
    ? { reason: 'TestDocumentsWritten', message: 'Test documents written to State Store' }
    : { reason: 'DestinationReady', message: 'Destination is ready' };
  return probe(
    ok,
    () => 'StateStoreWriteFailed',
    () =>
      checking.writeCanaries.executeWithOptions({ summary: `test documents of ${destination.name}` }, [
        { destination, store: store.store },
      ]),
  );
}

async function probe(
  ok: Pick<Readiness, 'reason' | 'message'>,
  faultOf: (failureType: string) => string,
  work: () => Promise<unknown>,
): Promise<Readiness> {
  try {
    await work();
    return { ready: true, ...ok, checkedAt: now() };
  } catch (thrown) {
    const { type, message } = rootFailure(thrown);
    return { ready: false, reason: faultOf(type), message, checkedAt: now() };
  }
}
