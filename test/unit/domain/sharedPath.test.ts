import { expect, test } from '@jest/globals';
import { sharedPath } from '../../../src/domain/sharedPath.js';
import { destinationOf } from './fixtures.js';

const [first, second] = ['first', 'second'].map((name) => destinationOf(name, {}, { path: 'shared' }));
const west = destinationOf('west', {});
if (first === undefined || second === undefined) throw new Error('there are two of them');
const because = (name: string, rival: string) =>
  `Destination ${name}: spec.path: destination path 'shared' already exists for state store 'default' (Destination ${rival})`;

test('a path belongs to who came first', () => {
  expect(sharedPath(first, [])).toBeUndefined();
  expect(sharedPath(second, [west, first])).toBe(because('second', 'first'));
  expect(sharedPath({ ...second, stateStore: { kind: 'GitStateStore', name: 'default' } }, [first])).toBeUndefined();
});

test('of two that have it both, only the later one is refused', () => {
  expect(sharedPath(first, [first, second])).toBeUndefined();
  expect(sharedPath(second, [first, second])).toBe(because('second', 'first'));
});

test('who comes from another path has no right to it', () => {
  const moved = { ...west, path: 'shared/' };
  expect(sharedPath(moved, [west, second])).toBe(because('west', 'second').replace("'shared'", "'shared/'"));
});
