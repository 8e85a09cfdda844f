import { expect, test } from '@jest/globals';
import { workQueue } from '../../../src/kubernetes/workQueue.js';
import { holds } from '../../platform/eventually.js';

test('one key is handled by one at a time, and once more for all that came meanwhile', async () => {
  let active = 0;
  const seen: number[] = [];
  const queue = workQueue({
    concurrency: 4,
    failed: () => undefined,
    async handle() {
      seen.push(++active);
      await new Promise((resolve) => setTimeout(resolve, 20));
      active -= 1;
    },
  });
  queue.add('a');
  queue.add('a');
  queue.add('a');
  await queue.exclusively('a', () => Promise.resolve(seen.push(active)));
  await holds('both turns', () => seen.length === 3 && active === 0);
  expect(seen.filter((count) => count > 1)).toEqual([]);
});

test('what fails is tried again, and the others go on', async () => {
  const attempts: string[] = [];
  const failures: string[] = [];
  const queue = workQueue({
    concurrency: 1,
    failed: (key) => failures.push(key),
    handle(key) {
      attempts.push(key);
      return key === 'bad' && failures.length < 2 ? Promise.reject(new Error('not now')) : Promise.resolve();
    },
  });
  queue.add('bad');
  queue.add('good');
  await holds('the third attempt', () => attempts.filter((key) => key === 'bad').length === 3);
  expect(attempts.slice(0, 2)).toEqual(['bad', 'good']);
  expect(failures).toEqual(['bad', 'bad']);
  await queue.close();
});

test('of several times for one key the earliest counts, and only that one', async () => {
  const began = performance.now();
  const seen: number[] = [];
  const queue = workQueue({
    concurrency: 1,
    failed: () => undefined,
    handle: async () => void seen.push(performance.now() - began),
  });
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 20);
  queue.addAfter('a', 120);
  queue.addAfter('b', 200);
  await holds('b was handled', () => seen.length >= 2);
  await queue.close();
  expect(seen).toHaveLength(2);
});
