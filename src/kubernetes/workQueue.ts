import { longestTimerMillis } from '../documents/goDuration.js';

export interface WorkQueue {
  /** Handled soon; a key that waits already is handled once. */
  add(key: string): void;
  /** Handled after so long, if it is not to be sooner anyway; may be said again and again. */
  addAfter(key: string, millis: number): void;
  /** Runs something else of the same key, when nothing of it is under way. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Begins nothing any more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

export interface WorkQueueOptions {
  readonly handle: (key: string) => Promise<void>;
  /** `times`: how often in a row, this time included. */
  readonly failed: (key: string, error: unknown, times: number) => void;
  /** Keys handled at once. */
  readonly concurrency: number;
}

/** A conflict is mended by the next event, so the first repeat is quick; what stays broken is looked at twice a minute. */
const firstDelayMillis = 200;
const longestDelayMillis = 30_000;

/** Keys that have to be looked at, each by one worker at a time, again and again until it went well. */
export function workQueue({ handle, failed, concurrency }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const running = new Set<string>();
  const tails = new Map<string, Promise<unknown>>();
  const failures = new Map<string, number>();
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  let closed = false;

  function exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine
      .catch(() => undefined)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
    tails.set(key, tail);
    return mine;
  }

  function pump(): void {
    for (const key of waiting) {
      if (closed || running.size >= concurrency) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      void exclusively(key, () => handle(key))
        .then(
          () => failures.delete(key),
          (error: unknown) => later(key, error),
        )
        .finally(() => {
          running.delete(key);
          pump();
        });
    }
  }

  function later(key: string, error: unknown): void {
    if (closed) return;
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    failed(key, error, count);
    addAfter(key, Math.min(firstDelayMillis * 2 ** (count - 1), longestDelayMillis));
  }

  function addAfter(key: string, millis: number): void {
    const at = performance.now() + millis;
    const known = timers.get(key);
    if (closed || (known !== undefined && known.at <= at)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(
      () => {
        timers.delete(key);
        add(key);
      },
      // Who asks for more is looked at early.
      Math.min(millis, longestTimerMillis),
    );
    timers.set(key, { at, timer });
  }

  function add(key: string): void {
    if (closed) return;
    waiting.add(key);
    pump();
  }

  return {
    add,
    addAfter,
    exclusively,
    async close() {
      closed = true;
      waiting.clear();
      for (const { timer } of timers.values()) clearTimeout(timer);
      await Promise.all(tails.values());
    },
  };
}
