import { expect, test } from '@jest/globals';
import { groupCommit } from '../../../activities/stores/groupCommit.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import { shedding } from '../../../activities/stores/shedding.js';
import type { StoreChange, StoreRevision, StoreWriter } from '../../../activities/stores/storeWriter.js';
import { Failure } from '../../../src/domain/failure.js';
import { memoryStore } from './memoryStore.js';

const never = new AbortController().signal;
const away = new Failure('StoreUnavailable', 'no answer for 30 s', true);

function put(path: string): StoreChange {
  return { summary: path, run: 'r', edit: () => Promise.resolve({ put: [memoryFile(path, 'x')], remove: [] }) };
}

/** A store that hangs until the test says how a batch ends. */
function hanging() {
  const store = memoryStore();
  const ends: ((thrown?: Failure) => void)[] = [];
  const begun: (() => void)[] = [];
  const writer: StoreWriter = {
    ...store,
    async apply(changes, signal) {
      const end = new Promise<void>((resolve, reject) =>
        ends.push((thrown) => (thrown === undefined ? resolve() : reject(thrown))),
      );
      begun.shift()?.();
      await end;
      return store.apply(changes, signal);
    },
  };
  return {
    writer: groupCommit(writer),
    batch: () => new Promise<void>((resolve) => begun.push(resolve)),
    end: (thrown?: Failure) => ends.shift()?.(thrown),
  };
}

/** So many who wait for one store; the first of them is being written when the promise resolves. */
function begin(writer: StoreWriter, count: number) {
  const outcomes: string[] = [];
  const all = Array.from({ length: count }, (_, index) =>
    writer.apply([put(`${index}`)], never).then(
      (_revision: StoreRevision) => outcomes.push('written'),
      (thrown: unknown) => outcomes.push((thrown as Error).message),
    ),
  );
  return { outcomes, all: Promise.all(all) };
}

async function settledSoon(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A store that has not answered to two batches. */
async function troubled(lasting: number) {
  const store = hanging();
  const writer = shedding(store.writer, lasting);
  for (let batch = 0; batch < 2; batch += 1) {
    const begun = store.batch();
    const { all } = begin(writer, 1);
    await begun;
    store.end(away);
    await all;
  }
  return { store, writer };
}

test('while a store is away ten wait for it, and the others hear at once why they need not', async () => {
  const { store, writer } = await troubled(0);
  const { all, outcomes } = begin(writer, 15);
  await settledSoon();
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => away.message));
  store.end();
  await all;
  expect(outcomes.slice(5)).toEqual(Array.from({ length: 10 }, () => 'written'));
});

test('a look that finds it there again lets everybody wait', async () => {
  const { store, writer } = await troubled(0);
  const before = begin(writer, 11);
  await settledSoon();
  expect(before.outcomes).toEqual([away.message]);
  store.end(away);
  await before.all;
  await writer.probe(never);
  const after = begin(writer, 20);
  await settledSoon();
  expect(after.outcomes).toEqual([]);
  store.end();
  await after.all;
  expect(after.outcomes).toEqual(Array.from({ length: 20 }, () => 'written'));
});

test('a trouble that has just begun turns nobody away', async () => {
  const { store, writer } = await troubled(10_000);
  const { all, outcomes } = begin(writer, 15);
  await settledSoon();
  expect(outcomes).toEqual([]);
  store.end();
  await all;
});

test('who compares stands in the same line, and leaves it when the store turns out to be away', async () => {
  const store = memoryStore();
  const ends: (() => void)[] = [];
  const holds = () => new Promise<undefined>((_, reject) => ends.push(() => reject(away)));
  const writer = shedding(groupCommit({ ...store, holds }), 0);
  const failures: unknown[] = [];
  const all = Promise.all(
    Array.from({ length: 15 }, () => writer.holds([], never).catch((thrown: unknown) => failures.push(thrown))),
  );
  for (let looks = 0; looks < 10; looks += 1) {
    await settledSoon();
    expect(ends).toHaveLength(1);
    ends.shift()?.();
  }
  await all;
  expect(failures).toEqual(Array.from({ length: 15 }, () => away));
});
