import { patched } from '@temporalio/workflow';
import type { DestinationChange } from '../../src/domain/affects.js';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { promiseId } from '../../src/domain/ids.js';
import type { Readiness, RegisteredDestination, RegisteredStore, Registry } from '../../src/domain/registry.js';
import { emptyRegistry, everyDestination, isThere } from '../../src/domain/registry.js';
import { sharedPath } from '../../src/domain/sharedPath.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import { storeReference } from '../../src/domain/stateStore.js';
import type { DestinationsChanged, Shown, Ticket } from '../messages.js';
import { signals } from '../messages.js';
import type { Waiter } from '../waiters.js';
import { addWaiter, send } from '../waiters.js';

export type Register = Shown & { readonly document: string; readonly ticket?: Ticket } & (
    | { readonly kind: 'store'; readonly store: StateStore }
    | { readonly kind: 'destination'; readonly destination: Destination }
  );

/** `key` is `BucketStateStore/minio` for a store, the name for a Destination. */
export interface Deregister {
  readonly kind: 'store' | 'destination';
  readonly key: string;
  readonly ticket: Ticket;
}

export interface DestinationsState {
  registry: Registry;
  /** Promises that hear of every change. */
  subscribers: readonly string[];
  /** Operations that wait, by `store/…` and `destination/…`. */
  waiters: Readonly<Record<string, readonly Waiter[]>>;
  /** Operations that were too late: somebody else had registered the same path a moment before. */
  refusals: readonly (Ticket & { readonly message: string })[];
  /** What has to be checked now. */
  due: readonly string[];
  /** Changes that subscribers have not heard of yet. */
  changes: readonly DestinationChange[];
  /** Mode aggregatedYAML: the snapshot of every placement, by the file that holds them all (`aggregateKey`). */
  aggregates: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What each store was last seen to hold, in its own words: anything else was not written by a worker. */
  seen: Readonly<Record<string, string>>;
  /** How long what is ready is left alone; the worker's setting. */
  recheckMillis: number;
}

/** The one file of a Destination. When its name, path or store changes, placements leave it and join another. */
export interface AggregateFile {
  readonly destination: string;
  /** `BucketStateStore/minio west/all.yaml`; absent in what was written when parts were kept by Destination alone. */
  readonly file?: string;
}

/** A placement that joins an aggregated file, or leaves it when it has no snapshot. */
export interface Aggregated extends AggregateFile {
  readonly placement: string;
  readonly snapshot?: string;
}

/** A write that failed: the store is looked at now, not at the next turn. */
export interface StoreTrouble {
  readonly store: string;
  readonly message: string;
}

export function newDestinationsState(): DestinationsState {
  return {
    registry: emptyRegistry,
    subscribers: [],
    waiters: {},
    refusals: [],
    due: [],
    changes: [],
    aggregates: {},
    seen: {},
    recheckMillis: 10 * 60_000,
  };
}

export function now(): string {
  return new Date().toISOString();
}

function notChecked(reason: string): Readiness {
  return { ready: false, reason, message: 'not checked yet', checkedAt: now() };
}

export function register(state: DestinationsState, message: Register): void {
  const { registry } = state;
  // The door has looked already; two that came at once have both passed it.
  const refusal =
    message.kind === 'destination' ? sharedPath(message.destination, everyDestination(registry)) : undefined;
  if (refusal !== undefined && patched('first-come')) return refuse(state, refusal, message.ticket);
  const isStore = message.kind === 'store';
  const name = isStore ? storeKey(storeReference(message.store)) : message.destination.name;
  const key = `${message.kind}/${name}`;
  const known = isStore ? registry.stores[name] : registry.destinations[name];
  const changed = known?.document !== message.document || isLeaving(known);
  const readiness =
    changed || known === undefined ? notChecked(`${isStore ? 'StateStore' : 'Destination'}NotReady`) : known.readiness;
  const { document, projection } = message;
  if (isStore) {
    state.registry = {
      ...registry,
      stores: { ...registry.stores, [name]: { store: message.store, document, readiness, projection } },
    };
  } else {
    const { destination } = message;
    const entry = { destination, document, readiness, deleting: false, projection };
    state.registry = { ...registry, destinations: { ...registry.destinations, [name]: entry } };
    const change: DestinationChange = { name, after: destination, ...(isThere(registry, name) ? {} : { anew: true }) };
    if (changed) state.changes = [...state.changes, change];
  }
  if (projection !== undefined) state.registry = { ...state.registry, projection };
  overtakeRemoval(state, key);
  if (message.ticket !== undefined) {
    wait(state, key, { ...message.ticket, wants: 'apply', changed });
  }
  enqueue(state, key);
}

function refuse(state: DestinationsState, message: string, ticket: Ticket | undefined): void {
  if (ticket !== undefined) state.refusals = [...state.refusals, { ...ticket, message }];
}

/** Its going has been announced, so that its coming back is news whatever its document says. */
function isLeaving(known: RegisteredStore | RegisteredDestination): boolean {
  return 'deleting' in known && known.deleting && patched('registered-anew');
}

/** The newest wish counts: who waits for the removal is told what becomes of the registration instead. */
function overtakeRemoval(state: DestinationsState, key: string): void {
  const { [key]: waiting } = state.waiters;
  if (waiting === undefined) return;
  state.waiters = { ...state.waiters, [key]: waiting.map((waiter) => ({ ...waiter, wants: 'apply' })) };
}

export function deregister(state: DestinationsState, { kind, key, ticket }: Deregister): void {
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

export function enqueue(state: DestinationsState, ...keys: readonly string[]): void {
  state.due = [...new Set([...state.due, ...keys])];
}

/** What is due and not under way already, which is due no longer. */
export function takeDue(state: DestinationsState, busy: ReadonlySet<string>): readonly string[] {
  const { due } = state;
  state.due = due.filter((key) => busy.has(key));
  return due.filter((key) => !busy.has(key));
}

/** Above this many changes at once each Promise looks for itself: cheaper than a message that names them all. */
const namedChanges = 100;

export async function broadcast(state: DestinationsState): Promise<void> {
  const { changes } = state;
  if (changes.length === 0) return;
  state.changes = [];
  const news: DestinationsChanged = changes.length > namedChanges ? {} : { changes };
  await Promise.all(state.subscribers.map((name) => send(promiseId(name), signals.destinationsChanged, news)));
}

export function partsOf({ aggregates }: DestinationsState, place: AggregateFile): Readonly<Record<string, string>> {
  // What was kept by Destination alone is what its file has.
  return { ...aggregates[place.destination], ...aggregates[aggregateKey(place)] };
}

export function aggregate(state: DestinationsState, { placement, snapshot, ...place }: Aggregated): void {
  // It would come back with another Destination of this name.
  if (snapshot !== undefined && !isThere(state.registry, place.destination)) return;
  const { [placement]: _before, ...others } = partsOf(state, place);
  const parts = snapshot === undefined ? others : { ...others, [placement]: snapshot };
  const { [place.destination]: _byDestination, [aggregateKey(place)]: _parts, ...files } = state.aggregates;
  state.aggregates = Object.keys(parts).length === 0 ? files : { ...files, [aggregateKey(place)]: parts };
}

/** Nothing of a Destination that is gone comes back with another of its name. */
export function forgetParts(state: DestinationsState, destination: string): void {
  const others = Object.entries(state.aggregates).filter(
    ([key]) => key !== destination && !key.startsWith(`${destination}/`),
  );
  state.aggregates = Object.fromEntries(others);
}

/** Names of Destinations have no slash. */
function aggregateKey({ destination, file }: AggregateFile): string {
  return file === undefined ? destination : `${destination}/${file}`;
}

/** A store that refuses or does not answer makes its Destinations NotReady at once, with the reason. */
export function noteTrouble(state: DestinationsState, { store, message }: StoreTrouble): void {
  const { registry } = state;
  const entry = registry.stores[store];
  if (entry === undefined) return;
  const readiness: Readiness = { ready: false, reason: 'StateStoreError', message, checkedAt: now() };
  state.registry = { ...registry, stores: { ...registry.stores, [store]: { ...entry, readiness } } };
  // Whatever was seen before, it is compared with what was written when it answers again.
  state.seen = { ...state.seen, [store]: '' };
  // The store itself is looked at with the next sweep: at once it would often look well, and be written in vain again.
  enqueue(state, ...destinationsOn(state.registry, store).map(({ name }) => `destination/${name}`));
}

export function destinationsOn(registry: Registry, store: string): Destination[] {
  return everyDestination(registry).filter((destination) => storeKey(destination.stateStore) === store);
}
