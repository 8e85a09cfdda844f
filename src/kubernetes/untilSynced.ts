import { pause } from '../../activities/kubernetes/pause.js';
import { Failure } from '../domain/failure.js';
import type { Informer } from './informer.js';

/** A list takes a second; within the 30 s that a projection has. */
const listMillis = 20_000;

/**
 * Waits for an API's objects, and not for ever: while they cannot be listed, whoever asks holds an object's turn, or one of
 * the few projections that go on at once.
 */
export async function untilSynced({ synced, isListed, resource }: Informer): Promise<void> {
  const enough = new AbortController();
  await Promise.race([synced, pause(listMillis, enough.signal)]);
  enough.abort();
  if (isListed()) return;
  const { plural, group } = resource;
  throw new Failure('NotYet', `the API server has not listed ${plural}.${group} yet`, true);
}
