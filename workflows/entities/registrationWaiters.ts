import type { Readiness } from '../../src/domain/registry.js';
import type { Answer } from '../messages.js';
import { signals } from '../messages.js';
import type { Waiter } from '../waiters.js';
import { send, tellAnswer, tellProgress } from '../waiters.js';
import type { DestinationsState } from './destinationsState.js';

/**
 * Answers who waits for it when all is well; otherwise tells what is awaited, and goes on trying. Who came during the
 * check and wants it removed is not meant.
 */
export async function answer(
  state: DestinationsState,
  key: string,
  label: string,
  readiness: Readiness,
): Promise<void> {
  const waiters = waitersOf(state, key, 'apply');
  if (waiters.length === 0) return;
  if (!readiness.ready) {
    return tellProgress(waiters, {
      phase: 'Waiting',
      message: `${label}: ${readiness.message}; tried again by itself`,
    });
  }
  forget(state, key, waiters);
  await tellAnswer(waiters, ({ changed }) => ({
    ok: true,
    phase: 'Ready',
    message: readiness.message,
    changed,
    destinations: [],
  }));
}

function waitersOf({ waiters }: DestinationsState, key: string, wants?: Waiter['wants']): readonly Waiter[] {
  return (waiters[key] ?? []).filter((waiter) => wants === undefined || waiter.wants === wants);
}

function forget(state: DestinationsState, key: string, answered: readonly Waiter[]): void {
  const { [key]: known = [], ...others } = state.waiters;
  const left = known.filter((waiter) => !answered.includes(waiter));
  state.waiters = left.length === 0 ? others : { ...others, [key]: left };
}

/** @param wants whom it concerns; everybody who waits when it is not said */
export async function finish(
  state: DestinationsState,
  key: string,
  result: Answer,
  wants?: Waiter['wants'],
): Promise<void> {
  const waiters = waitersOf(state, key, wants);
  forget(state, key, waiters);
  await tellAnswer(waiters, () => result);
}

export async function tellRefusals(state: DestinationsState): Promise<void> {
  const { refusals } = state;
  state.refusals = [];
  await Promise.all(
    refusals.map(({ operation, request, message }) =>
      send(operation, signals.answer, { ok: false, type: 'Refused', message, request } satisfies Answer),
    ),
  );
}
