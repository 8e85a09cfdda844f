import { expect, test } from '@jest/globals';
import { releaseTimes } from '../../../src/kubernetes/releaseTimes.js';

const release = (generation: number) => ({
  apiVersion: 'platform.kratix.io/v1alpha1',
  kind: 'PromiseRelease',
  metadata: { name: 'database', generation },
});
const hour = 3_600_000;
const seconds = (millis: number) => Math.round(millis / 1000);

test('a release that is new or changed is fetched now, one that is installed after the interval', () => {
  const times = releaseTimes(() => hour);
  expect(times.dueIn(release(1), 0)).toBe(0);
  times.succeeded(release(1));
  expect(seconds(times.dueIn(release(1), 1))).toBe(3600);
  expect(times.dueIn(release(2), 1)).toBe(0);
});

test('one whose Promise somebody deleted is fetched now', () => {
  const times = releaseTimes(() => hour);
  times.succeeded(release(1));
  expect(times.dueIn(release(1), 0)).toBe(0);
});

test('one that fails says for how long it has to wait, longer each time, ten minutes at most', () => {
  const times = releaseTimes(() => hour);
  const waits = Array.from({ length: 9 }, () => {
    times.failed(release(1), 'away');
    return seconds(times.dueIn(release(1), 0));
  });
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
  times.succeeded(release(1));
  expect(times.failed(release(1), 'away')).toBe(true);
  expect(times.failed(release(1), 'away')).toBe(false);
  expect(seconds(times.dueIn(release(1), 0))).toBe(10);
});
