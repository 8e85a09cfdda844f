import { Failure } from '../../src/domain/failure.js';
import type { StoreWriter } from './storeWriter.js';

/** So many find out whether the store answers again; the others hold no place of the worker meanwhile. */
const mostWaiting = 10;
/** A first failure may be a passing one. A store that hangs says so after half a minute (`git/gitLimits.ts`). */
const lastingMillis = 10_000;
/** Longer than a use of a store that hangs. What was so before may be over, seen by another worker. */
const rememberedMillis = 120_000;

interface Trouble {
  readonly since: number;
  readonly last: number;
  readonly failure: Failure;
}

/**
 * While a store does not answer, few wait for it; the others are told at once why they need not. So a store that hangs
 * takes neither the places of other stores' writes nor of checks and hand-overs, which have the same queue.
 */
export function shedding(writer: StoreWriter, lasting = lastingMillis): StoreWriter {
  const waiting = new Set<AbortController>();
  let trouble: Trouble | undefined;

  function lastingTrouble(): Failure | undefined {
    if (trouble === undefined || performance.now() - trouble.last > rememberedMillis) return undefined;
    return trouble.last - trouble.since >= lasting ? trouble.failure : undefined;
  }

  function note(failure: Failure): void {
    const now = performance.now();
    const since = trouble === undefined || now - trouble.last > rememberedMillis ? now : trouble.since;
    trouble = { since, last: now, failure };
    if (lastingTrouble() === undefined) return;
    for (const place of [...waiting].slice(mostWaiting)) place.abort(failure);
  }

  /** A use that succeeds ends the trouble; one that nobody waited for any more tells nothing. */
  async function watched<Result>(signal: AbortSignal, use: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    try {
      const result = await use(signal);
      trouble = undefined;
      return result;
    } catch (thrown) {
      if (!signal.aborted && thrown instanceof Failure && thrown.type === 'StoreUnavailable') note(thrown);
      throw thrown;
    }
  }

  async function inLine<Result>(signal: AbortSignal, use: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const failure = waiting.size < mostWaiting ? undefined : lastingTrouble();
    if (failure !== undefined) throw failure;
    const place = new AbortController();
    waiting.add(place);
    try {
      return await watched(AbortSignal.any([signal, place.signal]), use);
    } finally {
      waiting.delete(place);
    }
  }

  return {
    apply: (changes, signal) => inLine(signal, (either) => writer.apply(changes, either)),
    holds: (changes, signal) => inLine(signal, (either) => writer.holds(changes, either)),
    propose: (changes, branch, signal) => inLine(signal, (either) => writer.propose(changes, branch, either)),
    withdraw: (branch, signal) => inLine(signal, (either) => writer.withdraw(branch, either)),
    // Who finds out how the store is finds out for all.
    probe: (signal) => watched(signal, (same) => writer.probe(same)),
    fingerprint: (signal) => watched(signal, (same) => writer.fingerprint(same)),
    lastWritten: () => writer.lastWritten(),
  };
}
