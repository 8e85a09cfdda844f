import { expect, test } from '@jest/globals';
import { aggregate, newDestinationsState, takeDue } from '../../../workflows/entities/destinationsState.js';
import { nextCheckMillis, overdue } from '../../../workflows/entities/readiness.js';
import { listable } from '../../../workflows/searchAttributes.js';
import { destinationOf } from '../domain/fixtures.js';

test('what is under way stays due: it has changed since it was begun', () => {
  const state = { ...newDestinationsState(), due: ['store/a', 'destination/b', 'store/c'] };
  expect(takeDue(state, new Set(['store/a']))).toEqual(['destination/b', 'store/c']);
  expect(state.due).toEqual(['store/a']);
});

test('a Destination that could not be removed is asked about again, as soon as one that is not ready', () => {
  const state = newDestinationsState();
  const readiness = { ready: true, reason: 'DestinationReady', message: 'ready', checkedAt: '' };
  const destination = destinationOf('west', {}, { cleanup: 'all' });
  const withWest = (deleting: boolean) => ({
    ...state,
    registry: { ...state.registry, destinations: { west: { destination, document: 'd', readiness, deleting } } },
  });
  expect(overdue(withWest(false).registry)).toEqual([]);
  expect(nextCheckMillis(withWest(false))).toBe(state.recheckMillis);
  expect(overdue(withWest(true).registry)).toEqual(['destination/west']);
  expect(nextCheckMillis(withWest(true))).toBeLessThan(state.recheckMillis);
});

test('a part joins the file of a Destination that is there, and leaves that of any', () => {
  const readiness = { ready: true, reason: 'DestinationReady', message: 'ready', checkedAt: '' };
  const destination = destinationOf('west', {});
  const state = newDestinationsState();
  const join = (name: string) => aggregate(state, { destination: 'west', file: 'f', placement: name, snapshot: name });
  const setWest = (deleting: boolean) => {
    const west = { destination, document: 'd', readiness, deleting };
    state.registry = { ...state.registry, destinations: { west } };
  };
  join('too early');
  setWest(false);
  join('a');
  setWest(true);
  join('too late');
  expect(state.aggregates).toEqual({ 'west/f': { a: 'a' } });
  aggregate(state, { destination: 'west', file: 'f', placement: 'a' });
  expect(state.aggregates).toEqual({});
});

test('a search attribute has as many Destinations as Temporal takes', () => {
  const names = Array.from({ length: 500 }, (_, index) => `worker-cluster-${index}`);
  const kept = listable(names);
  expect(names.slice(0, kept.length)).toEqual(kept);
  expect(JSON.stringify(kept).length).toBeLessThanOrEqual(2_048);
  expect(kept.length).toBeGreaterThan(90);
  expect(listable(['west', 'east'])).toEqual(['west', 'east']);
});
