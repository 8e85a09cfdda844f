import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { DestinationChange } from '../../src/domain/affects.js';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { promiseId } from '../../src/domain/ids.js';
import type { Readiness, Registry } from '../../src/domain/registry.js';
import { emptyRegistry, storeOf } from '../../src/domain/registry.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import { storeReference } from '../../src/domain/stateStore.js';
import { rootFailure } from '../failures.js';
import type { Answer, DestinationsChanged, Ticket } from '../messages.js';
import { queries, signals } from '../messages.js';
import { checking, storing } from '../options.js';
import { send, tellAnswer, tellProgress } from '../waiters.js';
import type { Waiter } from '../waiters.js';
import { addWaiter } from '../waiters.js';
import { historyIsLong, renew } from './entity.js';

export type Register =
  | { readonly kind: 'store'; readonly store: StateStore; readonly document: string; readonly ticket: Ticket }
  | {
      readonly kind: 'destination';
      readonly destination: Destination;
      readonly document: string;
      readonly ticket: Ticket;
    };

/** `key` is `BucketStateStore/minio` for a store, the name for a Destination. */
export interface Deregister {
  readonly kind: 'store' | 'destination';
  readonly key: string;
  readonly ticket: Ticket;
}

export interface DestinationsInput {
  /** Carried by continue-as-new; do not set. */
  readonly state?: DestinationsState;
}

interface DestinationsState {
  registry: Registry;
  /** Promises that hear of every change. */
  subscribers: readonly string[];
  /** Operations that wait, by `store/…` and `destination/…`. */
  waiters: Readonly<Record<string, readonly Waiter[]>>;
  /** What has to be checked now. */
  due: readonly string[];
  /** Changes that subscribers have not heard of yet. */
  changes: readonly DestinationChange[];
}

/** What is not ready is tried again at Kratix's pace (reference, section 6.1). */
const retryMillis = 15_000;
/** What is ready is looked at again, so that a store that stops working does not stay green. */
const recheckMillis = 10 * 60_000;

/** Keeps every Destination and state store: who they are, whether they can be written, and who has to hear of a change. */
export async function destinations(input: DestinationsInput): Promise<void> {
  const state: DestinationsState = input.state ?? {
    registry: emptyRegistry,
    subscribers: [],
    waiters: {},
    due: [],
    changes: [],
  };
  const busy = new Set<string>();
  let stirred = true;

  setHandler(defineSignal<[Register]>('register'), (message) => {
    stirred = true;
    register(state, message);
  });
  setHandler(defineSignal<[Deregister]>('deregister'), (message) => {
    stirred = true;
    deregister(state, message);
  });
  setHandler(defineSignal<[{ promise: string }]>('subscribe'), ({ promise }) => {
    if (!state.subscribers.includes(promise)) state.subscribers = [...state.subscribers, promise];
  });
  setHandler(defineSignal<[{ promise: string }]>(signals.unsubscribe), ({ promise }) => {
    state.subscribers = state.subscribers.filter((known) => known !== promise);
  });
  setHandler(defineQuery<Registry>(queries.registry), () => state.registry);

  for (;;) {
    const woken = await condition(() => stirred, nextCheckMillis(state.registry));
    stirred = false;
    if (!woken) state.due = [...new Set([...state.due, ...overdue(state.registry)])];
    await broadcast(state);
    const ready = state.due.filter((key) => !busy.has(key));
    state.due = state.due.filter((key) => busy.has(key));
    for (const key of ready) {
      busy.add(key);
      void check(state, key).finally(() => {
        busy.delete(key);
        stirred = true;
      });
    }
    if (busy.size === 0 && state.due.length === 0 && historyIsLong()) {
      await renew<DestinationsInput>({ state });
    }
  }
}

function nextCheckMillis(registry: Registry): number {
  const entries = [...Object.values(registry.stores), ...Object.values(registry.destinations)];
  return entries.some(({ readiness }) => !readiness.ready) ? retryMillis : recheckMillis;
}

/** Keys of what has to be looked at again: stores first, and Destinations that are not ready. */
function overdue(registry: Registry): string[] {
  const stores = Object.keys(registry.stores).map((key) => `store/${key}`);
  const waiting = Object.values(registry.destinations).filter(({ readiness }) => !readiness.ready);
  return [...stores, ...waiting.map(({ destination }) => `destination/${destination.name}`)];
}

function now(): string {
  return new Date().toISOString();
}

function notChecked(reason: string): Readiness {
  return { ready: false, reason, message: 'not checked yet', checkedAt: now() };
}

function register(state: DestinationsState, message: Register): void {
  const { registry } = state;
  const isStore = message.kind === 'store';
  const name = isStore ? storeKey(storeReference(message.store)) : message.destination.name;
  const known = isStore ? registry.stores[name] : registry.destinations[name];
  const changed = known?.document !== message.document;
  const readiness =
    changed || known === undefined ? notChecked(`${isStore ? 'StateStore' : 'Destination'}NotReady`) : known.readiness;
  const { document } = message;
  if (isStore) {
    state.registry = {
      ...registry,
      stores: { ...registry.stores, [name]: { store: message.store, document, readiness } },
    };
  } else {
    const { destination } = message;
    const entry = { destination, document, readiness, deleting: false };
    state.registry = { ...registry, destinations: { ...registry.destinations, [name]: entry } };
    if (changed) state.changes = [...state.changes, { name, after: destination }];
  }
  wait(state, `${message.kind}/${name}`, { ...message.ticket, wants: 'apply', changed });
  enqueue(state, `${message.kind}/${name}`);
}

function deregister(state: DestinationsState, { kind, key, ticket }: Deregister): void {
  const { registry } = state;
  const entry = kind === 'destination' ? registry.destinations[key] : undefined;
  if (entry !== undefined) {
    const deleting = { ...entry, deleting: true };
    state.registry = { ...registry, destinations: { ...registry.destinations, [key]: deleting } };
    state.changes = [...state.changes, { name: key }];
  }
  wait(state, `${kind}/${key}`, { ...ticket, wants: 'remove', changed: true });
  enqueue(state, `${kind}/${key}`);
}

function wait(state: DestinationsState, key: string, waiter: Waiter): void {
  state.waiters = { ...state.waiters, [key]: addWaiter(state.waiters[key] ?? [], waiter) };
}

function enqueue(state: DestinationsState, ...keys: readonly string[]): void {
  state.due = [...new Set([...state.due, ...keys])];
}

/** Above this many changes at once each Promise looks for itself: cheaper than a message that names them all. */
const namedChanges = 100;

async function broadcast(state: DestinationsState): Promise<void> {
  const { changes } = state;
  if (changes.length === 0) return;
  state.changes = [];
  const news: DestinationsChanged = changes.length > namedChanges ? {} : { changes };
  await Promise.all(state.subscribers.map((name) => send(promiseId(name), signals.destinationsChanged, news)));
}

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
  const readiness = await probe(ok, 'ErrorValidatingPermissions', () =>
    checking.probeStore.executeWithOptions({ summary: `check ${name}` }, [{ store: entry.store }]),
  );
  const latest = state.registry.stores[name];
  if (latest === undefined || latest.document !== entry.document) return enqueue(state, key);
  state.registry = { ...state.registry, stores: { ...state.registry.stores, [name]: { ...latest, readiness } } };
  if (readiness.ready !== entry.readiness.ready || entry.readiness.message === 'not checked yet') {
    const users = destinationsOn(state.registry, name).map((destination) => `destination/${destination.name}`);
    enqueue(state, ...users);
  }
  await answer(state, key, `StateStore ${name}`, readiness);
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
  return probe(ok, 'StateStoreWriteFailed', () =>
    checking.writeCanaries.executeWithOptions({ summary: `test documents of ${destination.name}` }, [{ destination }]),
  );
}

async function probe(
  ok: Pick<Readiness, 'reason' | 'message'>,
  failedReason: string,
  work: () => Promise<unknown>,
): Promise<Readiness> {
  try {
    await work();
    return { ready: true, ...ok, checkedAt: now() };
  } catch (thrown) {
    return { ready: false, reason: failedReason, message: rootFailure(thrown).message, checkedAt: now() };
  }
}

/** Answers who waits when all is well; otherwise tells what is awaited, and goes on trying. */
async function answer(state: DestinationsState, key: string, label: string, readiness: Readiness): Promise<void> {
  const waiters = state.waiters[key] ?? [];
  if (waiters.length === 0) return;
  if (!readiness.ready) {
    return tellProgress(waiters, {
      phase: 'Waiting',
      message: `${label}: ${readiness.message}; tried again by itself`,
    });
  }
  forget(state, key);
  await tellAnswer(waiters, ({ changed }) => ({
    ok: true,
    phase: 'Ready',
    message: readiness.message,
    changed,
    destinations: [],
  }));
}

function forget(state: DestinationsState, key: string): void {
  const { [key]: _answered, ...others } = state.waiters;
  state.waiters = others;
}

async function removeStore(state: DestinationsState, key: string, name: string): Promise<void> {
  const users = destinationsOn(state.registry, name);
  if (users.length > 0) {
    const names = users.map((destination) => destination.name).join(', ');
    return finish(state, key, { ok: false, type: 'InUse', message: `${name} is used by Destination ${names}` });
  }
  const { [name]: _removed, ...stores } = state.registry.stores;
  state.registry = { ...state.registry, stores };
  await finish(state, key, gone);
}

async function removeDestination(state: DestinationsState, key: string, name: string): Promise<void> {
  const entry = state.registry.destinations[name];
  if (entry?.destination.cleanup === 'all') {
    await storing.clearDestination.executeWithOptions({ summary: `clean up ${name}` }, [
      { destination: entry.destination },
    ]);
  }
  const { [name]: _removed, ...destinations } = state.registry.destinations;
  state.registry = { ...state.registry, destinations };
  await finish(state, key, gone);
}

const gone: Answer = { ok: true, phase: 'Gone', message: 'deleted', changed: true, destinations: [] };

async function finish(state: DestinationsState, key: string, result: Answer): Promise<void> {
  const waiters = state.waiters[key] ?? [];
  forget(state, key);
  await tellAnswer(waiters, () => result);
}

function destinationsOn(registry: Registry, store: string): Destination[] {
  return Object.values(registry.destinations)
    .map((entry) => entry.destination)
    .filter((destination) => storeKey(destination.stateStore) === store);
}
