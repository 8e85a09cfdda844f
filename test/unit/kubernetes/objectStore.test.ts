import { expect, test } from '@jest/globals';
import type { ClusterMeta, ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import type { ObjectStore } from '../../../src/kubernetes/objectStore.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';

function thing(resourceVersion: string, more: Partial<ClusterMeta> = {}): ClusterObject {
  return { metadata: { name: 'a', resourceVersion, generation: 1, ...more } };
}

/** A store that knows version 5, and what it tells from then on: `own` or `news`, and the version that it has then. */
function storeAt5() {
  const told: string[] = [];
  const store = objectStore(({ object, own }) => {
    told.push(`${own ? 'own' : 'news'} ${object?.metadata.resourceVersion ?? 'gone'}`);
  });
  store.replace([thing('5')]);
  told.length = 0;
  return { store, told };
}

/** A write that is answered when the test says so. */
function beginWrite(store: ObjectStore, wanted = thing('5')) {
  let answer = (_written: ClusterObject): void => undefined;
  let fail = (_error: Error): void => undefined;
  const pending = new Promise<ClusterObject>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  const done = store.writing(wanted, pending);
  return {
    async answer(written: ClusterObject) {
      answer(written);
      await done;
    },
    async fail() {
      fail(new Error('refused'));
      await expect(done).rejects.toThrow('refused');
    },
  };
}

test('an echo that comes after the answer is our own, and told once', async () => {
  const { store, told } = storeAt5();
  await beginWrite(store).answer(thing('6'));
  expect(store.get('a')?.metadata.resourceVersion).toBe('6');
  store.see(thing('6'), false);
  store.see(thing('6'), false);
  expect(told).toEqual(['own 6']);
});

test('an echo that overtakes the answer is held until it is known for one', async () => {
  const { store, told } = storeAt5();
  const write = beginWrite(store);
  store.see(thing('6'), false);
  expect(told).toEqual([]);
  expect(store.get('a')?.metadata.resourceVersion).toBe('6');
  await write.answer(thing('6'));
  expect(told).toEqual(['own 6']);
});

test("somebody's change between what was read and what was written is told, whenever the watch tells it", async () => {
  const change = thing('6', { generation: 2 });
  const written = thing('7', { generation: 2 });
  const late = storeAt5();
  await beginWrite(late.store).answer(written);
  late.store.see(change, false);
  late.store.see(written, false);
  expect(late.told).toEqual(['news 7', 'news 7']);
  expect(late.store.get('a')).toEqual(written);

  const early = storeAt5();
  const write = beginWrite(early.store);
  early.store.see(change, false);
  await write.answer(written);
  early.store.see(written, false);
  expect(early.told).toContain('news 7');
  expect(early.store.get('a')).toEqual(written);
});

test('labels and finalizers that the write was to set are no news, others are', async () => {
  const wanted = thing('5', { finalizers: ['ours'], labels: { ours: 'yes' } });
  const { store, told } = storeAt5();
  await beginWrite(store, wanted).answer(thing('6', { finalizers: ['ours'], labels: { ours: 'yes' } }));
  expect(told).toEqual([]);
  await beginWrite(store, wanted).answer(thing('8', { finalizers: ['ours'], labels: { ours: 'yes', new: 'yes' } }));
  expect(told).toEqual(['news 8']);
});

test("another's change of the status alone is told, before our write and after it", async () => {
  const { store, told } = storeAt5();
  const write = beginWrite(store);
  store.see(thing('6'), false);
  await write.answer(thing('7'));
  store.see(thing('7'), false);
  store.see(thing('8'), false);
  expect(told).toEqual(['news 7', 'own 7', 'news 8']);
});

test('what is deleted while it is written stays deleted', async () => {
  const { store, told } = storeAt5();
  const write = beginWrite(store);
  store.see(thing('6'), false);
  store.see(thing('7'), true);
  await write.answer(thing('6'));
  expect(store.get('a')).toBeUndefined();
  expect(told.at(-1)).toBe('news gone');
});

test('a write that fails leaves what the watch said meanwhile', async () => {
  const { store, told } = storeAt5();
  const write = beginWrite(store);
  store.see(thing('6', { generation: 2 }), false);
  await write.fail();
  expect(told).toEqual(['news 6']);
  expect(store.get('a')?.metadata.generation).toBe(2);
});

test('two writes at once: both echoes are our own', async () => {
  const { store, told } = storeAt5();
  const [first, second] = [beginWrite(store), beginWrite(store)];
  store.see(thing('6'), false);
  await first.answer(thing('6'));
  store.see(thing('7'), false);
  await second.answer(thing('7'));
  expect(told).toEqual(['own 7', 'own 7']);
});
