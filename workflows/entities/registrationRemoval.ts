import { isCancellation, patched } from '@temporalio/workflow';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import type { RegisteredDestination } from '../../src/domain/registry.js';
import { storeOf } from '../../src/domain/registry.js';
import { isStoreTrouble } from '../../src/domain/storeTrouble.js';
import { rootFailure } from '../failures.js';
import type { Answer } from '../messages.js';
import { clearing } from '../options.js';
import type { DestinationsState } from './destinationsState.js';
import { destinationsOn, enqueue, forgetParts, now } from './destinationsState.js';
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
  const clears = entry?.destination.cleanup === 'all';
  const failure = clears ? await clear(state, entry.destination) : undefined;
  const latest = state.registry.destinations[name];
  // One that was registered anew while its documents were removed stays.
  if (latest?.deleting === false && (failure === undefined || patched('registered-anew'))) {
    if (entry !== undefined && patched('registered-anew')) writeAnew(state, entry.destination, latest.destination);
    return finish(state, key, gone, 'remove');
  }
  if (failure !== undefined) {
    if (latest?.deleting === true && patched('removal-told')) tellHeldUp(state, latest, failure);
    return finish(state, key, { ok: false, type: failure.type, message: `${key}: ${failure.message}` });
  }
  const { [name]: _removed, ...destinations } = state.registry.destinations;
  state.registry = { ...state.registry, destinations };
  // Otherwise its file stays, with everybody's part, should it be registered again.
  if (clears) forgetParts(state, name);
  await finish(state, key, gone);
}

type RootFailure = ReturnType<typeof rootFailure>;

/** Removes its documents; answers with why they could not be removed. */
async function clear({ registry }: DestinationsState, destination: Destination): Promise<RootFailure | undefined> {
  const store = storeOf(registry, destination.stateStore)?.store;
  try {
    const summary = `clean up ${destination.name}`;
    await clearing.clearDestination.executeWithOptions({ summary }, [{ destination, store }]);
    return undefined;
  } catch (thrown) {
    if (isCancellation(thrown)) throw thrown;
    return rootFailure(thrown);
  }
}

/** Who looks at a Destination that does not go shall see what it waits for; the next sweep tries again. */
function tellHeldUp(state: DestinationsState, entry: RegisteredDestination, { type, message }: RootFailure): void {
  const { registry } = state;
  const reason = isStoreTrouble(type) ? 'StateStoreNotReady' : 'StateStoreWriteFailed';
  const told = { ready: false, reason, message: `the removal of its documents waits: ${message}`, checkedAt: now() };
  const destinations = { ...registry.destinations, [entry.destination.name]: { ...entry, readiness: told } };
  state.registry = { ...registry, destinations };
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
