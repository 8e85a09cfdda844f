import { documentRefused, storeMisconfigured, storeUnavailable } from '../storeFailure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { StoreChange, StoreRevision } from '../storeWriter.js';
import { emptyRevision } from '../storeWriter.js';
import { mostRaces } from './commitBatch.js';
import { forgetBranch } from './gitClone.js';
import { checkBranch } from './gitRemote.js';
import type { GitSession } from './gitSession.js';
import { fetchInto } from './gitSession.js';
import type { PreparedBatch } from './preparedBatch.js';
import { commitOf, prepareBatch } from './preparedBatch.js';
import { treeDiff } from './treeDiff.js';

/**
 * One commit on top of the store's branch, pushed to a branch of its own in place of what that had before. A branch
 * that makes the same change already is left alone, also when the store's branch went on elsewhere meanwhile: whoever
 * reviews it would have to begin anew.
 */
export async function proposeBatch(
  session: GitSession,
  changes: readonly StoreChange[],
  branch: string,
): Promise<StoreRevision> {
  const { store, transport, clone } = session;
  checkProposal(store, branch);
  let before: string | undefined;
  for (let race = 0; race < mostRaces; race += 1) {
    const prepared = await prepareBatch(session, changes);
    const { head, each, built } = prepared;
    if (built.altered.size === 0) return { revision: head ?? emptyRevision, changed: false, each };
    const from = await proposedHead(session, branch);
    // Nobody moved it, and still it did not let itself be moved.
    if (race > 0 && from !== undefined && from === before) throw noRewinding(store, branch);
    if (from !== undefined && (await makesTheSame(session, from, prepared))) {
      return { revision: from, changed: false, each: each.map(() => false) };
    }
    const { oid, objects } = await commitOf(session, prepared);
    if ((await transport.push({ branch, from, to: oid, objects })) === 'pushed') {
      clone.commits += 1;
      return { revision: oid, changed: true, each };
    }
    before = from;
  }
  throw moving(store, branch);
}

/** Deletes a proposal's branch, whoever pushed to it last. */
export async function withdrawProposal({ store, transport }: GitSession, branch: string): Promise<void> {
  checkProposal(store, branch);
  for (let race = 0; race < mostRaces; race += 1) {
    const from = await transport.head(branch);
    if (from === undefined) return;
    if ((await transport.push({ branch, from, to: undefined, objects: [] })) === 'pushed') return;
  }
  throw moving(store, branch);
}

/** The proposal with its parent, in the clone. */
async function proposedHead(session: GitSession, branch: string): Promise<string | undefined> {
  if ((await session.transport.head(branch)) === undefined) return undefined;
  const head = await fetchInto(session, branch, 2);
  await forgetBranch(session.clone, branch);
  return head;
}

/** Also false when the store's branch has other content now at a path of the proposal: it could not be merged. */
async function makesTheSame({ clone }: GitSession, proposed: string, wanted: PreparedBatch): Promise<boolean> {
  const { tree, parents } = await clone.objects.commit(proposed);
  const [parent, ...more] = parents;
  if (more.length > 0) return false;
  const before = parent === undefined ? undefined : (await clone.objects.commit(parent)).tree;
  const [theirs, ours] = [
    await treeDiff(clone.objects, before, tree),
    await treeDiff(clone.objects, wanted.base, wanted.built.oid),
  ];
  return theirs.join('\n') === ours.join('\n');
}

function checkProposal(store: GitStateStore, branch: string): void {
  checkBranch(store, branch);
  if (branch !== store.branch) return;
  throw storeMisconfigured(store, `a proposal for ${branch} cannot be that branch itself`);
}

function noRewinding(store: GitStateStore, branch: string): Error {
  return documentRefused(store, `the remote does not let the branch ${branch} be replaced: allow forced pushes to it`);
}

function moving(store: GitStateStore, branch: string): Error {
  return storeUnavailable(store, `somebody else pushed to ${branch} before each of ${mostRaces} attempts`);
}
