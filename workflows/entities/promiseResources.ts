import { patched } from '@temporalio/workflow';
import { standsStill } from '../../src/domain/phase.js';
import { resourceId } from '../../src/domain/ids.js';
import { latestVersion } from '../../src/domain/revision.js';
import type { DestinationsChanged, PromiseChanged } from '../messages.js';
import { signals } from '../messages.js';
import { send } from '../waiters.js';
import type { PromiseInput, PromiseState } from './promiseState.js';
import { isComing, isServing, planFor } from './serving.js';

/** Sends what resources have to know: the installed revision, changed Destinations, or that they have to go. */
export async function tellResources(input: PromiseInput, state: PromiseState): Promise<void> {
  // Paused in the middle of its deletion, too: nothing more happens.
  if (state.deleting && state.paused) return;
  const { announce, rerun, changes, dismiss } = state;
  const keys = [...new Set([...announce, ...rerun])];
  const coming = keys.filter((key) => isComing(state, key));
  const others = keys.filter((key) => !coming.includes(key));
  // Who was bound anew waits for an answer, also when nothing is installed that could serve it.
  const isAnswered =
    state.installed !== undefined || (others.length > 0 && !state.deleting && patched('told-uninstalled'));
  const there = isAnswered ? others : [];
  const isToldMore = coming.length > 0 && !state.deleting && patched('awaited-told');
  const isStuck = standsStill(state.phase) || state.phase === 'Failed';
  // Until it is installed, or turns out not to be.
  state.announce = isToldMore && !isStuck ? coming : [];
  state.rerun = [];
  state.changes = [];
  state.dismiss = [];
  if (state.deleting) {
    if (state.deletion !== 'resources') return;
    return dismissAll(input, state);
  }
  await signalAll(input, dismiss, signals.remove, {});
  const [available, paused] = [isServing(state), state.paused];
  const announceTo = (key: string, revision: Pick<PromiseChanged, 'plan' | 'again' | 'awaited'>) => {
    const boundTo = state.bound[key] ?? latestVersion;
    const news: PromiseChanged = { boundTo, ...revision, available, paused };
    return send(entityIdOf(input, key), signals.promiseChanged, news);
  };
  const announcePlan = (key: string) => {
    const again = rerun.includes(key) ? true : undefined;
    return announceTo(key, { plan: planFor(state, key), again });
  };
  await inBatches(there, announcePlan);
  if (isToldMore && isStuck) {
    // It may have been installed while others were told, whose turn was before theirs.
    await inBatches(coming, (key) => (isComing(state, key) ? announceTo(key, { awaited: true }) : announcePlan(key)));
  }
  if (changes === 'all' || changes.length > 0) {
    const news: DestinationsChanged = changes === 'all' ? {} : { changes };
    await signalAll(input, state.resources, signals.destinationsChanged, news);
  }
}

/** One whose entity somebody terminated holds nothing up: it would never say that it is gone. */
async function dismissAll(input: PromiseInput, state: PromiseState): Promise<void> {
  const remaining = state.resources.filter((key) => !state.dismissed.includes(key));
  state.dismissed = [...state.dismissed, ...remaining];
  const lost: string[] = [];
  await inBatches(remaining, async (key) => {
    if (!(await send(entityIdOf(input, key), signals.remove, {}))) lost.push(key);
  });
  state.dismissed = state.dismissed.filter((key) => !lost.includes(key));
  state.resources = state.resources.filter((key) => !lost.includes(key));
}

/** Temporal allows 2,000 signals under way; a hundred at a time keeps far from it and the tasks small. */
const signalsAtOnce = 100;

async function signalAll(
  input: PromiseInput,
  keys: readonly string[],
  signal: string,
  payload: unknown,
): Promise<void> {
  await inBatches(keys, (key) => send(entityIdOf(input, key), signal, payload));
}

async function inBatches(keys: readonly string[], work: (key: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < keys.length; start += signalsAtOnce) {
    await Promise.all(keys.slice(start, start + signalsAtOnce).map(work));
  }
}

function entityIdOf(input: PromiseInput, key: string): string {
  const slash = key.indexOf('/');
  return resourceId(input.name, key.slice(0, slash), key.slice(slash + 1));
}
