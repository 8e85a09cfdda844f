import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { SecretSource } from '../../secrets/secretSource.js';
import { errorCode } from '../errorCode.js';
import { alteredEach, stageEdits } from '../stagedEdits.js';
import { storeUnavailable } from '../storeFailure.js';
import type { StoreChange, StoreRevision, StoreWriter } from '../storeWriter.js';
import { buildTree, storeView } from './gitBatch.js';
import type { GitClone } from './gitClone.js';
import { openClone, rememberHead } from './gitClone.js';
import { commitMessage } from './commitMessage.js';
import { commitObject } from './commitObject.js';
import type { GitCredential } from './gitCredential.js';
import { gitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import { gitLimits } from './gitLimits.js';
import { gitObject } from './gitObjects.js';
import { gitRemote } from './gitRemote.js';
import type { GitTransport } from './gitTransport.js';
import type { InstallationTokens } from './installationTokens.js';
import { installationTokens } from './installationTokens.js';
import { openTransport } from './openTransport.js';
import { sshSigner } from './sshSigner.js';
import { treeView } from './treeView.js';

export interface GitStoreDependencies {
  readonly secrets: SecretSource;
  /** Directory of the clone: this writer's alone, emptied when it starts. */
  readonly clone: string;
  readonly tokens?: InstallationTokens;
  readonly limits?: GitLimits;
}

/** The name of the state of a branch that does not exist yet. */
export const emptyRevision = 'empty';

// Every loss of a race means that somebody else's push got through; ten in a row, within one time limit, is a store
// with so many writers that waiting in the queue is better than pushing.
const mostRaces = 10;
// Own commits are loose objects; a fresh clone of one commit is cheaper than collecting garbage.
const commitsPerClone = 2_000;

/** One branch of a git repository; one commit and one push for each batch, one use at a time. */
export function gitStore(store: GitStateStore, deps: GitStoreDependencies): StoreWriter {
  const limits = deps.limits ?? gitLimits;
  const tokens = deps.tokens ?? installationTokens();
  let opened: GitClone | undefined;

  async function clone(): Promise<GitClone> {
    if (opened !== undefined && !opened.broken && opened.commits < commitsPerClone) return opened;
    const fresh = await openClone(deps.clone);
    opened = fresh;
    return fresh;
  }

  async function use<Result>(
    signal: AbortSignal,
    action: (transport: GitTransport, clone: GitClone, credential: GitCredential) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const remote = gitRemote(store);
    const credential = await gitCredential(store, remote, deps.secrets, tokens, signal);
    const current = await clone();
    const transport = await openTransport(store, remote, credential, current.objects, { signal, limits });
    try {
      return await action(transport, current, credential);
    } finally {
      await transport.close();
    }
  }

  async function commitBatch(
    changes: readonly StoreChange[],
    transport: GitTransport,
    at: GitClone,
    credential: GitCredential,
  ): Promise<StoreRevision> {
    for (let race = 0; race < mostRaces; race += 1) {
      const head = await newestHead(store, transport, at);
      const base = head === undefined ? undefined : await at.objects.treeOf(head);
      const staged = await stageEdits(storeView(store, treeView(at.objects, base)), changes);
      const built = await buildTree(store, at.objects, base, staged);
      const each = alteredEach(staged, built.altered);
      if (built.altered.size === 0) return { revision: head ?? emptyRevision, changed: false, each };
      const emptied = built.oid === undefined ? [gitObject('tree', Buffer.alloc(0))] : [];
      const tree = built.oid ?? emptied[0]?.oid ?? '';
      const message = commitMessage(changes.filter((_, index) => each[index] === true));
      const sign =
        credential.signingKey === undefined ? undefined : sshSigner(credential.signingKey, at.objects.gitdir);
      const commit = await commitObject({ tree, parent: head, author: store.gitAuthor, at: new Date(), message }, sign);
      for (const object of [...emptied, commit]) await at.objects.write(object);
      const objects = [...built.created, ...emptied, commit];
      if ((await transport.push({ from: head, to: commit.oid, objects })) === 'pushed') {
        await rememberHead(at, store.branch, commit.oid);
        at.commits += 1;
        return { revision: commit.oid, changed: true, each };
      }
    }
    throw storeUnavailable(store, `somebody else pushed to ${store.branch} before each of ${mostRaces} attempts`);
  }

  return {
    async apply(changes, signal) {
      try {
        return await use(signal, (transport, at, credential) => commitBatch(changes, transport, at, credential));
      } catch (thrown) {
        if (!isBrokenClone(thrown)) throw thrown;
        opened = undefined;
        return use(signal, (transport, at, credential) => commitBatch(changes, transport, at, credential));
      }
    },
    probe: (signal) => use(signal, (transport) => transport.probe()),
  };
}

/** The head at the remote, complete in the clone. */
async function newestHead(store: GitStateStore, transport: GitTransport, at: GitClone): Promise<string | undefined> {
  const head = await transport.head();
  if (head === undefined || head === at.head) return head;
  at.broken = true;
  const fetched = await transport.fetch();
  await rememberHead(at, store.branch, fetched);
  at.broken = false;
  return fetched;
}

/** isomorphic-git's errors for an object that is missing or damaged: the disk was full, or somebody tidied up. */
function isBrokenClone(thrown: unknown): boolean {
  return ['NotFoundError', 'InternalError'].includes(errorCode(thrown) ?? '');
}
