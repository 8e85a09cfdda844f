import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { storeKey } from '../domain/destination.js';
import type { RegisteredDestination, RegisteredStore, Registry } from '../domain/registry.js';

const { destinations, bucketStateStores, gitStateStores } = platformResources;

/** What the entity `destinations` keeps of an object. */
export type Entry = RegisteredDestination | RegisteredStore;

export function entryOf({ destinations: known, stores }: Registry, kind: string, name: string): Entry | undefined {
  return kind === destinations.kind ? known[name] : stores[`${kind}/${name}`];
}

export function isLeaving(entry: Entry): boolean {
  return 'deleting' in entry && entry.deleting;
}

/** Names of the Destinations that a state store serves. */
export function usersOf(registry: Registry, { kind }: ApiResource, name: string): string[] {
  if (kind !== bucketStateStores.kind && kind !== gitStateStores.kind) return [];
  return Object.values(registry.destinations)
    .map(({ destination }) => destination)
    .filter(({ stateStore }) => storeKey(stateStore) === `${kind}/${name}`)
    .map((destination) => destination.name);
}
