import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { Registry } from '../../src/domain/registry.js';
import { queries, signals } from '../messages.js';
import type {
  AggregateFile,
  Aggregated,
  Deregister,
  DestinationsState,
  Register,
  StoreTrouble,
} from './destinationsState.js';
import {
  aggregate,
  broadcast,
  deregister,
  enqueue,
  newDestinationsState,
  noteTrouble,
  partsOf,
  register,
  takeDue,
} from './destinationsState.js';
import { historyIsLong, renew } from './entity.js';
import { readinessProjector } from './readinessProjection.js';
import { checkSafely, nextCheckMillis, overdue } from './readiness.js';
import { tellRefusals } from './registrationWaiters.js';

export interface DestinationsInput {
  /** Carried by continue-as-new; do not set. */
  readonly state?: DestinationsState;
}

/** Keeps every Destination and state store: who they are, whether they can be written, and who has to hear of a change. */
export async function destinations(input: DestinationsInput): Promise<void> {
  // What code before this one did not know of begins as in a new entity.
  const state = { ...newDestinationsState(), ...input.state };
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
  setHandler(defineSignal<[Aggregated]>('aggregated'), (part) => {
    aggregate(state, part);
  });
  setHandler(defineSignal<[StoreTrouble]>('storeTrouble'), (trouble) => {
    stirred = true;
    noteTrouble(state, trouble);
  });
  setHandler(defineQuery<Readonly<Record<string, string>>, [AggregateFile]>('parts'), (place) => partsOf(state, place));
  setHandler(defineQuery<Registry>(queries.registry), () => state.registry);

  const project = readinessProjector(state, busy, () => {
    stirred = true;
  });
  let sweptAt = Date.now();
  for (;;) {
    await condition(() => stirred, Math.max(1, sweptAt + nextCheckMillis(state) - Date.now()));
    stirred = false;
    // A busy platform is stirred all the time: the sweep goes by the clock, not by quiet.
    if (Date.now() - sweptAt >= nextCheckMillis(state)) {
      sweptAt = Date.now();
      enqueue(state, ...overdue(state.registry));
    }
    await broadcast(state);
    if (state.refusals.length > 0) await tellRefusals(state);
    project();
    // What has begun is left to end, and all that is due begins with the fresh history.
    const isLong = historyIsLong();
    for (const key of isLong ? [] : takeDue(state, busy)) {
      busy.add(key);
      void checkSafely(state, key).finally(() => {
        busy.delete(key);
        stirred = true;
      });
    }
    if (isLong && busy.size === 0) await renew<DestinationsInput>(() => ({ state }));
  }
}
