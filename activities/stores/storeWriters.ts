import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { storeKey } from '../../src/domain/destination.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import type { SecretSource } from '../secrets/secretSource.js';
import { bucketStore } from './bucket/bucketStore.js';
import { directoryStore } from './directory/directoryStore.js';
import { gitStore } from './git/gitStore.js';
import { installationTokens } from './git/installationTokens.js';
import { groupCommit } from './groupCommit.js';
import { groupCompare } from './groupCompare.js';
import { shedding } from './shedding.js';
import type { StoreWriter } from './storeWriter.js';

export interface StoreWriterDependencies {
  readonly secrets: SecretSource;
  /** For clones; belongs to this process alone, everything in it may be thrown away. */
  readonly cacheDirectory: string;
}

/**
 * One group-committed writer for each store and branch, for which few wait while the store is away; made anew when the
 * store's document changes, so that a deleted or moved store is not written through an old clone (B41). Credentials are
 * resolved at each use.
 */
export function storeWriters(deps: StoreWriterDependencies): (store: StateStore) => StoreWriter {
  const writers = new Map<string, { readonly document: string; readonly writer: StoreWriter }>();
  const tokens = installationTokens();
  return (store) => {
    const key = store.kind === 'GitStateStore' ? `${storeKey(store)}#${store.branch}` : storeKey(store);
    const document = JSON.stringify(store);
    const known = writers.get(key);
    if (known?.document === document) return known.writer;
    const writer = shedding(groupCompare(groupCommit(adapter(store, document, { ...deps, tokens }))));
    writers.set(key, { document, writer });
    return writer;
  };
}

function adapter(
  store: StateStore,
  document: string,
  deps: StoreWriterDependencies & { readonly tokens: ReturnType<typeof installationTokens> },
): StoreWriter {
  switch (store.kind) {
    case 'DirectoryStateStore':
      return directoryStore(store);
    case 'BucketStateStore':
      return bucketStore(store, { secrets: deps.secrets });
    case 'GitStateStore': {
      // The digest keeps an old writer, which may still be at work, out of the new one's clone.
      const digest = createHash('sha256').update(document).digest('hex').slice(0, 12);
      const clone = join(deps.cacheDirectory, `${store.name.replace(/[^\w.-]/g, '_')}-${digest}.git`);
      return gitStore(store, { secrets: deps.secrets, clone, tokens: deps.tokens });
    }
  }
}
