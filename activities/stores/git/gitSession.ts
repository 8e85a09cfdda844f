import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { GitClone } from './gitClone.js';
import { rememberHead } from './gitClone.js';
import type { GitCredential } from './gitCredential.js';
import type { GitTransport } from './gitTransport.js';

/** One use of a store: the connection, the clone, and the credentials of this moment. */
export interface GitSession {
  readonly store: GitStateStore;
  readonly transport: GitTransport;
  readonly clone: GitClone;
  readonly credential: GitCredential;
}

/** The head of the store's branch at the remote, complete in the clone; undefined when there is no such branch. */
export async function newestHead(session: GitSession): Promise<string | undefined> {
  const { store, transport, clone } = session;
  const head = await transport.head(store.branch);
  if (head === undefined || head === clone.head) return head;
  const fetched = await fetchInto(session, store.branch, 1);
  await rememberHead(clone, store.branch, fetched);
  return fetched;
}

/** A fetch that breaks off leaves a clone that nobody should trust. */
export async function fetchInto({ transport, clone }: GitSession, branch: string, depth: number): Promise<string> {
  clone.broken = true;
  const fetched = await transport.fetch(branch, depth);
  clone.broken = false;
  return fetched;
}
