import { patched, workflowInfo } from '@temporalio/workflow';
import { standsStill } from '../../src/domain/phase.js';
import { destinationsOf } from '../../src/domain/works.js';
import type { Answer, Verified } from '../messages.js';
import { signals } from '../messages.js';
import type { Waiter } from '../waiters.js';
import { send, tellAnswer, tellProgress } from '../waiters.js';
import type { EntityState } from './entity.js';
import { isGone } from './entity.js';
import type { CurrentRun } from './entityRun.js';

/** Answers every operation that waits, as far as there is an answer: done, failed, or waiting for something outside. */
export async function settle(state: EntityState): Promise<void> {
  const { phase, message, waiters, nextWaiters } = state;
  if (state.deleting && phase !== 'Gone' && nextWaiters.length > 0) {
    await tellProgress(nextWaiters, {
      phase: 'Waiting',
      message: `is being deleted (${message}); made anew afterwards`,
    });
  }
  if (waiters.length === 0) return;
  if (phase === 'Ready' || phase === 'Failed' || phase === 'Gone') {
    state.waiters = [];
    await tellAnswer(waiters, (waiter) => answerFor(state, waiter));
    return;
  }
  if (standsStill(phase)) await tellProgress(waiters, { phase, message });
}

function answerFor(state: EntityState, waiter: Waiter): Answer {
  const { phase, message } = state;
  if (phase === 'Failed') return { ok: false, type: state.failure?.type ?? 'Failed', message };
  if (phase === 'Gone' && waiter.wants === 'apply') {
    return { ok: false, type: 'Deleted', message: 'was deleted before it was ready' };
  }
  return { ok: true, phase, message, changed: waiter.changed, destinations: destinationsOf(state.works) };
}

/** A run may wait for people for days: who asks meanwhile for what it brings hears so now. */
export async function settleAtOnce(state: EntityState, { running }: CurrentRun): Promise<void> {
  if (running && standsStill(state.phase) && patched('settle-at-once')) await settle(state);
}

/** Who waits for the end of an object hears of it when everybody else knows it: see `takeLeave`. */
export async function settleAmongLiving(state: EntityState): Promise<void> {
  if (!isGone(state) || !patched('gone-last')) await settle(state);
}

/** Nobody waits for an object that is gone. To be called last: an answer takes time, in which others may ask. */
export async function takeLeave(state: EntityState): Promise<void> {
  while (state.verify.length > 0 || state.waiters.length > 0) {
    await settle(state);
    await tellVerified(state, { repaired: [] });
  }
}

/** Somebody asks once more for a deletion that goes on: what was to be made anew after it is not wanted any more. */
export function dropNext(state: Pick<EntityState, 'waiters' | 'nextWaiters'> & { next?: unknown }): void {
  if (state.next === undefined || !patched('deletion-counts')) return;
  delete state.next;
  state.waiters = [...state.waiters, ...state.nextWaiters];
  state.nextWaiters = [];
}

/**
 * Answers the repairs that asked: what differed, or why it could not be mended.
 * @param asked those that asked before anything was looked at; who came since has the next look
 */
export async function tellVerified(
  state: EntityState,
  found: Omit<Verified, 'entity'>,
  asked = state.verify,
): Promise<void> {
  state.verify = state.verify.filter((each) => !asked.includes(each));
  const answer: Verified = { entity: workflowInfo().workflowId, ...found };
  await Promise.all(asked.map(({ replyTo }) => send(replyTo, signals.verified, answer)));
}
