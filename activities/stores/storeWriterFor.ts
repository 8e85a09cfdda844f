import type { StateStore } from '../../src/domain/stateStore.js';
import type { SecretSource } from '../secrets/secretSource.js';
import type { StoreWriter } from './storeWriter.js';
import type { StoreWriterDependencies } from './storeWriters.js';
import { storeWriters } from './storeWriters.js';

const pools = new WeakMap<SecretSource, Map<string, (store: StateStore) => StoreWriter>>();

/** The one writer of a store in this process, for all who give the same secrets and cache directory. */
export function storeWriterFor(store: StateStore, deps: StoreWriterDependencies): StoreWriter {
  const known = pools.get(deps.secrets) ?? new Map<string, (store: StateStore) => StoreWriter>();
  pools.set(deps.secrets, known);
  const writers = known.get(deps.cacheDirectory) ?? storeWriters(deps);
  known.set(deps.cacheDirectory, writers);
  return writers(store);
}
