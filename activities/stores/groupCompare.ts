import { Failure } from '../../src/domain/failure.js';
import { isStoreTrouble } from '../../src/domain/storeTrouble.js';
import { allAborted } from './allAborted.js';
import { halves } from './halves.js';
import { nextBatch } from './nextBatch.js';
import type { StoreChange, StoreWriter } from './storeWriter.js';

interface Waiter {
  readonly changes: readonly StoreChange[];
  readonly signal: AbortSignal;
  answer(revision: string | undefined): void;
  fail(thrown: unknown): void;
}

// One difference among 500 takes 2 · log2(500) = 18 questions to find; where more differ, each is asked about alone.
const mostDifferences = 18;

/**
 * One comparison at a time, for everybody who waits: what somebody else committed has every object of a store compared,
 * and nearly always nothing of theirs differs. A batch that differs, or that cannot be read, is divided.
 */
export function groupCompare(writer: StoreWriter): StoreWriter {
  let queue: Waiter[] = [];
  let going = false;

  function next(): void {
    if (going || queue.length === 0) return;
    going = true;
    const batch = nextBatch(queue);
    queue = queue.slice(batch.length);
    void compare(writer, batch, { left: mostDifferences }).finally(() => {
      going = false;
      next();
    });
  }

  return {
    ...writer,
    async holds(changes, signal) {
      signal.throwIfAborted();
      return new Promise((answer, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true });
        queue.push({ changes, signal, answer, fail });
        next();
      });
    },
  };
}

/** Asks about a batch and answers all of it, one way or the other. */
async function compare(writer: StoreWriter, batch: readonly Waiter[], differences: { left: number }): Promise<void> {
  const waiting = batch.filter(({ signal }) => !signal.aborted);
  if (waiting.length === 0) return;
  const everybodyLeft = allAborted(waiting.map(({ signal }) => signal));
  const isOne = waiting.length === 1;
  try {
    const all = waiting.flatMap(({ changes }) => changes);
    const revision = await writer.holds(all, everybodyLeft.signal);
    if (isOne || revision !== undefined) return waiting.forEach((waiter) => waiter.answer(revision));
  } catch (thrown) {
    const isNobodysFault = thrown instanceof Failure && isStoreTrouble(thrown.type);
    if (isOne || isNobodysFault) return waiting.forEach((waiter) => waiter.fail(thrown));
  } finally {
    everybodyLeft.close();
  }
  differences.left -= 2;
  for (const part of differences.left < 0 ? waiting.map((waiter) => [waiter]) : halves(waiting))
    await compare(writer, part, differences);
}
