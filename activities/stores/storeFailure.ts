import type { StateStore } from '../../src/domain/stateStore.js';
import { Failure } from '../../src/domain/failure.js';

/** The store does not answer, or not sensibly: it may by itself tomorrow. */
export function storeUnavailable(store: StateStore, why: string): Failure {
  return new Failure('StoreUnavailable', message(store, why), true);
}

/** The store answers and does not let us in: credential, permission, certificate, host key. */
export function storeRefused(store: StateStore, why: string): Failure {
  return new Failure('StoreRefused', message(store, why), false);
}

/** What the StateStore's document says cannot work. */
export function storeMisconfigured(store: StateStore, why: string): Failure {
  return new Failure('StoreMisconfigured', message(store, why), false);
}

/** The store lets us in, but does not take this content: a protected branch, a hook, a quota. */
export function documentRefused(store: StateStore, why: string): Failure {
  return new Failure('DocumentRefused', message(store, why), false);
}

/** A file where a directory is needed or the other way round, or a file that belongs to somebody else. */
export function pathConflict(store: StateStore, why: string): Failure {
  return new Failure('PathConflict', message(store, why), false);
}

function message(store: StateStore, why: string): string {
  return `${store.kind}/${store.name}: ${why}`;
}
