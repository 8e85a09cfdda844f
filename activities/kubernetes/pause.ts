import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns at once when the signal aborts: the caller looks at the signal anyway. */
export async function pause(millis: number, signal?: AbortSignal): Promise<void> {
  await sleep(millis, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
