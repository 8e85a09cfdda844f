import { describe, expect, it } from '@jest/globals';
import { groupCommit } from '../../../activities/stores/groupCommit.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreChange, StoreWriter } from '../../../activities/stores/storeWriter.js';
import { Failure } from '../../../src/domain/failure.js';
import { memoryStore } from './memoryStore.js';

const never = new AbortController().signal;

function put(path: string, text = 'x'): StoreChange {
  return { summary: path, run: 'r', edit: () => Promise.resolve({ put: [memoryFile(path, text)], remove: [] }) };
}

/** A writer whose batches wait until the test opens the gate. */
function gated(writer: StoreWriter) {
  const gates: (() => void)[] = [];
  const started: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  return {
    signals,
    open: () => gates.shift()?.(),
    begun: () => new Promise<void>((resolve) => started.push(resolve)),
    writer: {
      ...writer,
      async apply(changes, signal) {
        signals.push(signal);
        started.shift()?.();
        await new Promise<void>((resolve, reject) => {
          gates.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
        return writer.apply(changes, signal);
      },
    } satisfies StoreWriter,
  };
}

describe('groupCommit', () => {
  it('takes everything that waits into one batch', async () => {
    const store = memoryStore();
    const gate = gated(store);
    const group = groupCommit(gate.writer);
    const begun = gate.begun();
    const first = group.apply([put('a')], never);
    await begun;
    const others = ['b', 'c', 'd'].map((path) => group.apply([put(path)], never));
    gate.open();
    await first;
    gate.open();
    await new Promise<void>((resolve) => setImmediate(resolve));
    gate.open();
    const answers = await Promise.all(others);
    expect(store.batches).toEqual([['a'], ['b', 'c', 'd']]);
    expect(new Set(answers.map((answer) => answer.revision)).size).toBe(1);
  });

  it('tells each waiter whether its own change altered anything', async () => {
    const group = groupCommit(memoryStore({ a: 'x' }));
    const [same, fresh] = await Promise.all([group.apply([put('a')], never), group.apply([put('b')], never)]);
    expect([same.changed, fresh.changed]).toEqual([false, true]);
  });

  it('fails only the waiter whose edit, or whose document, fails', async () => {
    const store = memoryStore();
    const group = groupCommit(store);
    const bad: StoreChange = { summary: 'bad', run: 'r', edit: () => Promise.reject(new Error('no such placement')) };
    const broken = { ...memoryFile('broken', 'x'), content: () => Promise.reject(new Error('artifact is gone')) };
    const unread: StoreChange = {
      summary: 'unread',
      run: 'r',
      edit: () => Promise.resolve({ put: [broken], remove: [] }),
    };
    const results = await Promise.allSettled(
      [put('a'), bad, unread, put('b')].map((change) => group.apply([change], never)),
    );
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'no such placement' } });
    expect(results[2]).toMatchObject({ reason: { message: 'artifact is gone' } });
    expect([...store.files.keys()].sort()).toEqual(['a', 'b']);
  });

  it('finds the one change that the store refuses', async () => {
    const store = memoryStore();
    let pushes = 0;
    const picky: StoreWriter = {
      ...store,
      apply(changes, signal) {
        pushes += 1;
        if (changes.some((change) => change.summary === 'p77'))
          throw new Failure('DocumentRefused', 'a secret in p77', false);
        return store.apply(changes, signal);
      },
    };
    const group = groupCommit(picky);
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => group.apply([put(`p${index}`)], never)),
    );
    expect(results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []))).toEqual([77]);
    expect(results[77]).toMatchObject({ reason: { message: 'a secret in p77', retryable: false } });
    expect(pushes).toBeLessThan(20);
  });

  it('gives up soon on a branch that refuses everything, and on a store that does not answer at once', async () => {
    const failing = (failure: Failure) => {
      const seen = { pushes: 0 };
      const writer: StoreWriter = {
        ...memoryStore(),
        apply() {
          seen.pushes += 1;
          return Promise.reject(failure);
        },
      };
      return { seen, group: groupCommit(writer) };
    };
    const refusing = failing(new Failure('DocumentRefused', 'protected branch', false));
    const all = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => refusing.group.apply([put(`p${index}`)], never)),
    );
    expect(all.every((result) => result.status === 'rejected')).toBe(true);
    expect(refusing.seen.pushes).toBeLessThan(25);
    const silent = failing(new Failure('StoreUnavailable', 'no answer', true));
    await Promise.allSettled([silent.group.apply([put('a')], never), silent.group.apply([put('b')], never)]);
    expect(silent.seen.pushes).toBe(1);
  });

  it('lets an aborted waiter go, and ends the work when the last has gone', async () => {
    const store = memoryStore();
    const gate = gated(store);
    const group = groupCommit(gate.writer);
    const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()];
    const begun = gate.begun();
    const first = group.apply([put('a')], one.signal);
    await begun;
    const second = group.apply([put('b')], two.signal);
    const third = group.apply([put('c')], three.signal);
    two.abort(new Error('nobody waits'));
    await expect(second).rejects.toThrow('nobody waits');
    const next = gate.begun();
    one.abort(new Error('nobody waits'));
    await expect(first).rejects.toThrow('nobody waits');
    expect(gate.signals[0]?.aborted).toBe(true);
    await next;
    gate.open();
    gate.open();
    await third;
    expect([...store.files.keys()]).toEqual(['c']);
  });

  it('tells who leaves a batch that is under way what became of it', async () => {
    const store = memoryStore();
    const gate = gated({ ...store, apply: async (changes, signal) => store.apply(changes, signal) });
    const group = groupCommit(gate.writer);
    const first = gate.begun();
    const opening = group.apply([put('first')], never);
    await first;
    const leaving = new AbortController();
    const left = group.apply([put('a')], leaving.signal);
    const stays = group.apply([put('b')], never);
    const second = gate.begun();
    gate.open();
    await opening;
    await second;
    let told = false;
    void left.catch(() => undefined).then(() => (told = true));
    leaving.abort(new Error('nobody waits'));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(told).toBe(false);
    gate.open();
    // Before its change was made: nothing of it is written.
    await expect(left).rejects.toThrow('nobody waits');
    await stays;
    expect([...store.files.keys()]).toEqual(['first', 'b']);
  });

  it('keeps probes and batches apart, and goes on after a failure', async () => {
    const order: string[] = [];
    const store = memoryStore();
    const writer: StoreWriter = {
      ...store,
      async apply(changes, signal) {
        order.push('apply');
        const result = await store.apply(changes, signal);
        order.push('applied');
        return result;
      },
      probe() {
        order.push('probe');
        return Promise.reject(new Error('read only'));
      },
    };
    const group = groupCommit(writer);
    const writing = group.apply([put('a')], never);
    await expect(group.probe(never)).rejects.toThrow('read only');
    await writing;
    await group.apply([put('b')], never);
    expect(order).toEqual(['apply', 'applied', 'probe', 'apply', 'applied']);
  });

  it('hands on whatever else is asked, in its turn', async () => {
    const gate = gated(memoryStore());
    const group = groupCommit(gate.writer);
    const begun = gate.begun();
    const writing = group.apply([put('a')], never);
    await begun;
    const asked = { holds: group.holds([put('a')], never), fingerprint: group.fingerprint(never) };
    const nobody = new AbortController();
    const left = group.fingerprint(nobody.signal);
    nobody.abort(new Error('nobody waits'));
    gate.open();
    const { revision } = await writing;
    expect(await asked.holds).toBe(revision);
    expect(await asked.fingerprint).toBe(revision);
    expect(group.lastWritten()).toBe(revision);
    await expect(left).rejects.toThrow('nobody waits');
    expect(await group.holds([put('b')], never)).toBeUndefined();
    const refused = { type: 'ProposalUnsupported', retryable: false };
    await expect(group.propose([put('b')], 'offer', never)).rejects.toMatchObject(refused);
    await expect(group.withdraw('offer', never)).rejects.toMatchObject(refused);
  });
});
