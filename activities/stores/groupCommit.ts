import { Failure, reason } from '../../src/domain/failure.js';
import { allAborted } from './allAborted.js';
import { halves } from './halves.js';
import { nextBatch } from './nextBatch.js';
import type { StoreChange, StoreRevision, StoreWriter } from './storeWriter.js';

interface Waiter {
  readonly changes: readonly StoreChange[];
  readonly signal: AbortSignal;
  answer(revision: StoreRevision): void;
  fail(thrown: unknown): void;
}

// To find one refused change among 500 takes 2 · log2(500) = 18 pushes; a branch that refuses all must not cost 1,000.
const mostRefusals = 18;

/**
 * One writer at a time, and everything that waits goes into its next batch: as many pushes as the store has time for,
 * instead of one for each placement (market, item 1; engine guide, section 2.14). Every waiter is answered with the
 * batch's revision. A change that cannot be made fails its own waiter only; one whose signal is aborted leaves, as long
 * as its change is not being written.
 */
export function groupCommit(writer: StoreWriter): StoreWriter {
  let queue: Waiter[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let scheduled = false;

  /** One use of the writer at a time, whatever the use: an adapter has one clone. */
  function exclusive<Result>(use: () => Promise<Result>): Promise<Result> {
    const turn = last.then(use);
    last = turn.catch(() => undefined);
    return turn;
  }

  /** For what cannot share a batch: in its turn, unless nobody waits for it any more. */
  function alone<Result>(signal: AbortSignal, use: () => Promise<Result>): Promise<Result> {
    return exclusive(() => {
      signal.throwIfAborted();
      return use();
    });
  }

  function schedule(): void {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    void exclusive(async () => {
      scheduled = false;
      const batch = nextBatch(queue);
      queue = queue.slice(batch.length);
      if (batch.length > 0) await commit(writer, batch, { left: mostRefusals });
    }).finally(schedule);
  }

  return {
    apply: (changes, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const leave = (): void => {
          // A batch that is under way ends first: whoever comes next must not be overtaken by it.
          if (!queue.includes(waiter)) return;
          queue = queue.filter((other) => other !== waiter);
          reject(signal.reason as Error);
        };
        const waiter: Waiter = {
          changes,
          signal,
          answer(revision) {
            signal.removeEventListener('abort', leave);
            resolve(revision);
          },
          fail(thrown) {
            signal.removeEventListener('abort', leave);
            reject(thrown instanceof Error ? thrown : new Error(reason(thrown)));
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.push(waiter);
        schedule();
      }),
    probe: (signal) => alone(signal, () => writer.probe(signal)),
    fingerprint: (signal) => alone(signal, () => writer.fingerprint(signal)),
    lastWritten: () => writer.lastWritten(),
    holds: (changes, signal) => alone(signal, () => writer.holds(changes, signal)),
    propose: (changes, branch, signal) => alone(signal, () => writer.propose(changes, branch, signal)),
    withdraw: (branch, signal) => alone(signal, () => writer.withdraw(branch, signal)),
  };
}

/** Applies a batch and answers all of it, one way or the other. */
async function commit(writer: StoreWriter, batch: readonly Waiter[], refusals: { left: number }): Promise<void> {
  const gone = batch.filter((waiter) => waiter.signal.aborted);
  for (const waiter of gone) waiter.fail(waiter.signal.reason);
  const waiting = batch.filter((waiter) => !gone.includes(waiter));
  if (waiting.length === 0) return;
  const failed = new Map<Waiter, unknown>();
  const changes = waiting.flatMap((waiter) => waiter.changes.map((change) => guarded(change, waiter, failed)));
  const everybodyLeft = allAborted(waiting.map((waiter) => waiter.signal));
  try {
    const revision = await writer.apply(changes, everybodyLeft.signal);
    answerAll(waiting, failed, revision);
  } catch (thrown) {
    await failBatch(writer, waiting, failed, thrown, refusals);
  } finally {
    everybodyLeft.close();
  }
}

function answerAll(waiting: readonly Waiter[], failed: ReadonlyMap<Waiter, unknown>, revision: StoreRevision): void {
  let start = 0;
  for (const waiter of waiting) {
    const each = revision.each?.slice(start, start + waiter.changes.length);
    start += waiter.changes.length;
    if (failed.has(waiter)) waiter.fail(failed.get(waiter));
    else if (each === undefined) waiter.answer(revision);
    else waiter.answer({ revision: revision.revision, changed: each.includes(true), each });
  }
}

/** A file that cannot be read, or content that the store refuses, must not take the others of its batch along. */
async function failBatch(
  writer: StoreWriter,
  waiting: readonly Waiter[],
  failed: ReadonlyMap<Waiter, unknown>,
  thrown: unknown,
  refusals: { left: number },
): Promise<void> {
  for (const [waiter, why] of failed) waiter.fail(why);
  const others = waiting.filter((waiter) => !failed.has(waiter));
  if (others.length < waiting.length) return commit(writer, others, refusals);
  if (others.length === 1 || !isAboutContent(thrown)) return others.forEach((waiter) => waiter.fail(thrown));
  refusals.left -= 2;
  if (refusals.left < 0) return others.forEach((waiter) => waiter.fail(again(thrown)));
  for (const part of halves(others)) await commit(writer, part, refusals);
}

function isAboutContent(thrown: unknown): thrown is Failure {
  return (
    thrown instanceof Failure &&
    !thrown.retryable &&
    ['DocumentRefused', 'PathConflict', 'PathEscape'].includes(thrown.type)
  );
}

/** Whether it was this change that was refused is not known: it may try again, in other company. */
function again(thrown: Failure): Failure {
  return new Failure('BatchRefused', `${thrown.message} (together with other changes)`, true);
}

function guarded(change: StoreChange, waiter: Waiter, failed: Map<Waiter, unknown>): StoreChange {
  async function remembering(read: () => Promise<Buffer>): Promise<Buffer> {
    try {
      return await read();
    } catch (thrown) {
      failed.set(waiter, thrown);
      throw thrown;
    }
  }
  return {
    ...change,
    async edit(view) {
      if (waiter.signal.aborted) failed.set(waiter, waiter.signal.reason);
      if (failed.has(waiter)) return { put: [], remove: [] };
      try {
        const edit = await change.edit(view);
        const put = edit.put.map((file) => ({ ...file, content: () => remembering(() => file.content()) }));
        return { put, remove: edit.remove };
      } catch (thrown) {
        failed.set(waiter, thrown);
        return { put: [], remove: [] };
      }
    },
  };
}
