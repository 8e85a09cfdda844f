import { expect, test } from '@jest/globals';
import { groupCompare } from '../../../activities/stores/groupCompare.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreChange, StoreWriter } from '../../../activities/stores/storeWriter.js';
import { Failure } from '../../../src/domain/failure.js';
import { memoryStore } from './memoryStore.js';

const never = new AbortController().signal;
const name = (index: number) => `file-${index}`;
const there = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [name(index), 'x']));

function put(path: string): StoreChange {
  return { summary: path, run: 'r', edit: () => Promise.resolve({ put: [memoryFile(path, 'x')], remove: [] }) };
}

/** A store that counts how many changes each question is about. */
function counting(content: Readonly<Record<string, string>>, answer?: () => Promise<never>) {
  const store = memoryStore(content);
  const asked: number[] = [];
  const counted: StoreWriter = {
    ...store,
    holds(changes, signal) {
      asked.push(changes.length);
      return answer?.() ?? store.holds(changes, signal);
    },
  };
  return { asked, writer: groupCompare(counted) };
}

function compareAll(writer: StoreWriter, count: number) {
  return Promise.allSettled(Array.from({ length: count }, (_, index) => writer.holds([put(name(index))], never)));
}

function differing(results: Awaited<ReturnType<typeof compareAll>>): number[] {
  return results.flatMap((result, index) =>
    result.status === 'fulfilled' && result.value === undefined ? [index] : [],
  );
}

test('where nothing differs a thousand comparisons are three questions', async () => {
  const { asked, writer } = counting(there);
  expect(differing(await compareAll(writer, 1000))).toEqual([]);
  expect(asked).toEqual([1, 500, 499]);
});

test('what differs is found among many, with few questions', async () => {
  const { asked, writer } = counting({ ...there, [name(321)]: 'y' });
  expect(differing(await compareAll(writer, 500))).toEqual([321]);
  expect(asked.length).toBeLessThanOrEqual(20);
});

test('where everything differs nobody asks much more often than alone', async () => {
  const { asked, writer } = counting({});
  expect(differing(await compareAll(writer, 500))).toHaveLength(500);
  expect(asked.length).toBeLessThan(530);
});

test('one that cannot be read fails alone', async () => {
  const { writer } = counting(there);
  const unread: StoreChange = { ...put('unread'), edit: () => Promise.reject(new Error('artifact is gone')) };
  const [first, second, third] = await Promise.allSettled(
    [put(name(1)), unread, put(name(2))].map((change) => writer.holds([change], never)),
  );
  expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(second).toMatchObject({ reason: { message: 'artifact is gone' } });
});

test('a store that is away is asked once for all who wait', async () => {
  const away = new Failure('StoreUnavailable', 'no answer', true);
  const { asked, writer } = counting(there, () => Promise.reject(away));
  const results = await compareAll(writer, 100);
  expect(results.every((result) => result.status === 'rejected' && result.reason === away)).toBe(true);
  expect(asked).toEqual([1, 99]);
});

test('who does not want to know any more is told so at once', async () => {
  const gone = new AbortController();
  let end: () => void = () => undefined;
  const held = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
  const store = memoryStore(there);
  const seen: number[] = [];
  const writer = groupCompare({
    ...store,
    async holds(changes, signal) {
      seen.push(changes.length);
      if (seen.length === 1) await held;
      return store.holds(changes, signal);
    },
  });
  const first = writer.holds([put(name(1))], never);
  const leaving = writer.holds([put(name(2))], gone.signal);
  const staying = writer.holds([put(name(3))], never);
  gone.abort(new Error('not wanted'));
  await expect(leaving).rejects.toThrow('not wanted');
  end();
  await Promise.all([first, staying]);
  expect(seen).toEqual([1, 1]);
  await expect(writer.holds([put(name(4))], gone.signal)).rejects.toThrow('not wanted');
});
