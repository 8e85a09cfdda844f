import { alteredEach, stageEdits } from '../stagedEdits.js';
import type { StoreChange } from '../storeWriter.js';
import type { BatchTree } from './gitBatch.js';
import { buildTree, storeView } from './gitBatch.js';
import { commitMessage } from './commitMessage.js';
import { commitObject } from './commitObject.js';
import type { GitObject } from './gitObjects.js';
import { gitObject } from './gitObjects.js';
import type { GitSession } from './gitSession.js';
import { newestHead } from './gitSession.js';
import { sshSigner } from './sshSigner.js';
import { treeView } from './treeView.js';

/** What a batch makes of the newest state of the store's branch. */
export interface PreparedBatch {
  readonly changes: readonly StoreChange[];
  readonly head: string | undefined;
  /** The head's tree. */
  readonly base: string | undefined;
  readonly built: BatchTree;
  readonly each: readonly boolean[];
}

export async function prepareBatch(session: GitSession, changes: readonly StoreChange[]): Promise<PreparedBatch> {
  const { store, clone } = session;
  const head = await newestHead(session);
  const base = head === undefined ? undefined : (await clone.objects.commit(head)).tree;
  const staged = await stageEdits(storeView(store, treeView(clone.objects, base)), changes);
  const built = await buildTree(store, clone.objects, base, staged);
  return { changes, head, base, built, each: alteredEach(staged, built.altered) };
}

/** Makes the commit of a batch, in the clone; with everything that came into being with it. */
export async function commitOf(
  { store, clone, credential }: GitSession,
  { changes, head, built, each }: PreparedBatch,
): Promise<{ readonly oid: string; readonly objects: readonly GitObject[] }> {
  const emptied = built.oid === undefined ? [gitObject('tree', Buffer.alloc(0))] : [];
  const tree = built.oid ?? emptied[0]?.oid ?? '';
  const message = commitMessage(changes.filter((_, index) => each[index] === true));
  const { signingKey } = credential;
  const sign = signingKey === undefined ? undefined : sshSigner(signingKey, clone.objects.gitdir);
  const commit = await commitObject({ tree, parent: head, author: store.gitAuthor, at: new Date(), message }, sign);
  for (const object of [...emptied, commit]) await clone.objects.write(object);
  return { oid: commit.oid, objects: [...built.created, ...emptied, commit] };
}
