import { resourceId } from '../../src/domain/ids.js';
import type { DestinationsChanged, PromiseChanged } from '../messages.js';
import { signals } from '../messages.js';
import { send } from '../waiters.js';
import type { PromiseInput, PromiseState } from './promiseState.js';

/** Sends what resources have to know: the installed revision, changed Destinations, or that they have to go. */
export async function tellResources(input: PromiseInput, state: PromiseState): Promise<void> {
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
