import type { Destination, StateStoreReference } from './destination.js';
import { storeKey } from './destination.js';
import { aggregateFile } from './layout.js';
import type { ObsoletePlacement } from './obsolete.js';
import type { StateStore } from './stateStore.js';

/** Whether a store or Destination can be written, and since when (reference, sections 1.7 and 1.9). */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly checkedAt: string;
}

interface Registered {
  /** Task queue of the controller in whose cluster the object is; absent for what people registered themselves. */
  readonly projection?: string;
}

export interface RegisteredStore extends Registered {
  readonly store: StateStore;
  /** Digest of the document. */
  readonly document: string;
  readonly readiness: Readiness;
}

export interface RegisteredDestination extends Registered {
  readonly destination: Destination;
  readonly document: string;
  readonly readiness: Readiness;
  /** It is being removed: nothing new goes there (reference, section 5.3). */
  readonly deleting: boolean;
}

/** Everything that documents can go to. */
export interface Registry {
  readonly stores: Readonly<Record<string, RegisteredStore>>;
  readonly destinations: Readonly<Record<string, RegisteredDestination>>;
  /** Task queue of the controller that shows readiness in its cluster. */
  readonly projection?: string;
}

export const emptyRegistry: Registry = { stores: {}, destinations: {} };

/** All of them, also those that are about to go, in the order in which they were first registered. */
export function everyDestination({ destinations }: Registry): Destination[] {
  return Object.values(destinations).map(({ destination }) => destination);
}

/** Destinations that scheduling may choose; whether they are ready does not matter: the write waits. */
export function schedulable(registry: Registry): Destination[] {
  return Object.values(registry.destinations)
    .filter((entry) => !entry.deleting)
    .map(({ destination }) => ({
      ...destination,
      proposals: wantsProposals(destination, storeOf(registry, destination.stateStore)?.store),
    }));
}

/** Whether changes are proposed to people instead of committed: the Destination or its store asks for it. */
export function wantsProposals({ proposals }: Destination, store: StateStore | undefined): boolean {
  return proposals || (store?.kind === 'GitStateStore' && store.proposals === true);
}

export function storeOf(registry: Registry, reference: StateStoreReference): RegisteredStore | undefined {
  return registry.stores[storeKey(reference)];
}

/** Whether documents may be written there: from a Destination that is gone or going nobody would take them away again. */
export function isThere({ destinations }: Registry, name: string): boolean {
  return destinations[name]?.deleting === false;
}

type FileOfAll = Pick<ObsoletePlacement, 'destination' | 'store' | 'layout'>;

/** Whose a file that a placement leaves is now: its Destination may have moved, and another have come to its place. */
export function holderOf({ destinations }: Registry, { destination, store, layout }: FileOfAll): string {
  const holders = Object.values(destinations)
    .filter((entry) => !entry.deleting && entry.destination.layout.mode === 'aggregatedYAML')
    .map((entry) => entry.destination)
    .filter((each) => storeKey(each.stateStore) === storeKey(store) && aggregateFile(each) === layout.aggregate)
    .map(({ name }) => name);
  return holders.includes(destination) ? destination : (holders[0] ?? destination);
}
