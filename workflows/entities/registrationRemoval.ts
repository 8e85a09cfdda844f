import { patched } from '@temporalio/workflow';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { storeOf } from '../../src/domain/registry.js';
import type { Answer } from '../messages.js';
import { clearing } from '../options.js';
import type { DestinationsState } from './destinationsState.js';
import { destinationsOn, enqueue, forgetParts } from './destinationsState.js';
import { finish } from './registrationWaiters.js';

export async function removeStore(state: DestinationsState, key: string, name: string): Promise<void> {
  const users = destinationsOn(state.registry, name);
  if (users.length > 0) {
    const names = users.map((destination) => destination.name).join(', ');
    return finish(
      state,
      key,
      { ok: false, type: 'InUse', message: `${name} is used by Destination ${names}` },
      'remove',
    );
  }
  const { [name]: _removed, ...stores } = state.registry.stores;
  state.registry = { ...state.registry, stores };
  await finish(state, key, gone);
}

export async function removeDestination(state: DestinationsState, key: string, name: string): Promise<void> {
  const entry = state.registry.destinations[name];
  if (entry?.destination.cleanup === 'all') {
    const { destination } = entry;
    const store = storeOf(state.registry, destination.stateStore)?.store;
    await clearing.clearDestination.executeWithOptions({ summary: `clean up ${name}` }, [{ destination, store }]);
  }
  const latest = state.registry.destinations[name];
  // One that was registered anew while its documents were removed stays.
  if (latest?.deleting === false) {
    if (entry !== undefined && patched('registered-anew')) writeAnew(state, entry.destination, latest.destination);
    return finish(state, key, gone, 'remove');
  }
  const { [name]: _removed, ...destinations } = state.registry.destinations;
  state.registry = { ...state.registry, destinations };
  // Otherwise its file stays, with everybody's part, should it be registered again.
  if (entry?.destination.cleanup === 'all') forgetParts(state, name);
  await finish(state, key, gone);
}

/** What has been removed is written again, also by those who believe that it is there: their stores are compared. */
function writeAnew(state: DestinationsState, cleared: Destination, after: Destination): void {
  const stores = [cleared, after].map(({ stateStore }) => storeKey(stateStore));
  forgetParts(state, after.name);
  state.changes = [...state.changes, { name: after.name, after }];
  state.seen = { ...state.seen, ...Object.fromEntries(stores.map((store) => [store, ''])) };
  enqueue(state, ...stores.map((store) => `store/${store}`));
}

const gone: Answer = { ok: true, phase: 'Gone', message: 'deleted', changed: true, destinations: [] };
