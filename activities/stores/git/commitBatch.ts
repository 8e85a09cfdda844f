import { storeUnavailable } from '../storeFailure.js';
import type { StoreChange, StoreRevision } from '../storeWriter.js';
import { emptyRevision } from '../storeWriter.js';
import { rememberHead } from './gitClone.js';
import type { GitSession } from './gitSession.js';
import { commitOf, prepareBatch } from './preparedBatch.js';

// Every loss of a race means that somebody else's push got through; ten in a row, within one time limit, is a store
// with so many writers that waiting in the queue is better than pushing.
export const mostRaces = 10;

/** A revision and the one that it stands on, or is. */
export interface CommittedBatch extends StoreRevision {
  readonly onTopOf: string;
}

/** One commit and one push on the store's branch, on top of whatever anybody pushed there. */
export async function commitBatch(session: GitSession, changes: readonly StoreChange[]): Promise<CommittedBatch> {
  const { store, transport, clone } = session;
  for (let race = 0; race < mostRaces; race += 1) {
    const prepared = await prepareBatch(session, changes);
    const { head, each } = prepared;
    const onTopOf = head ?? emptyRevision;
    if (prepared.built.altered.size === 0) return { revision: onTopOf, changed: false, each, onTopOf };
    const { oid, objects } = await commitOf(session, prepared);
    if ((await transport.push({ branch: store.branch, from: head, to: oid, objects })) === 'pushed') {
      await rememberHead(clone, store.branch, oid);
      clone.commits += 1;
      return { revision: oid, changed: true, each, onTopOf };
    }
  }
  throw storeUnavailable(store, `somebody else pushed to ${store.branch} before each of ${mostRaces} attempts`);
}
