import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { SecretSource } from '../../secrets/secretSource.js';
import { errorCode } from '../errorCode.js';
import { stageEdits } from '../stagedEdits.js';
import type { StoreWriter } from '../storeWriter.js';
import { emptyRevision } from '../storeWriter.js';
import { commitBatch } from './commitBatch.js';
import { storeView, treeHolds } from './gitBatch.js';
import type { GitClone } from './gitClone.js';
import { openClone } from './gitClone.js';
import { gitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import { gitLimits } from './gitLimits.js';
import { gitRemote } from './gitRemote.js';
import type { GitSession } from './gitSession.js';
import { newestHead } from './gitSession.js';
import type { InstallationTokens } from './installationTokens.js';
import { installationTokens } from './installationTokens.js';
import { openTransport } from './openTransport.js';
import { proposeBatch, withdrawProposal } from './proposal.js';
import { treeView } from './treeView.js';

export interface GitStoreDependencies {
  readonly secrets: SecretSource;
  /** Directory of the clone: this writer's alone, emptied when it starts. */
  readonly clone: string;
  readonly tokens?: InstallationTokens;
  readonly limits?: GitLimits;
}

// Own commits are loose objects; a fresh clone of one commit is cheaper than collecting garbage.
const commitsPerClone = 2_000;

/** One branch of a git repository; one commit and one push for each batch, one use at a time. */
export function gitStore(store: GitStateStore, deps: GitStoreDependencies): StoreWriter {
  const limits = deps.limits ?? gitLimits;
  const tokens = deps.tokens ?? installationTokens();
  let opened: GitClone | undefined;
  // The last state that somebody was told of, or that this writer made from such a one.
  let seen: string | undefined;
  let written: string | undefined;

  async function clone(): Promise<GitClone> {
    if (opened !== undefined && !opened.broken && opened.commits < commitsPerClone) return opened;
    const fresh = await openClone(deps.clone);
    opened = fresh;
    return fresh;
  }

  async function use<Result>(signal: AbortSignal, action: (session: GitSession) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const remote = gitRemote(store);
    const credential = await gitCredential(store, remote, deps.secrets, tokens, signal);
    const current = await clone();
    const transport = await openTransport(store, remote, credential, current.objects, { signal, limits });
    try {
      return await action({ store, transport, clone: current, credential });
    } finally {
      await transport.close();
    }
  }

  /** For what reads the clone: again with a new one, when this one turns out to be damaged. */
  async function useClone<Result>(
    signal: AbortSignal,
    action: (session: GitSession) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await use(signal, action);
    } catch (thrown) {
      if (!isBrokenClone(thrown)) throw thrown;
      opened = undefined;
      return use(signal, action);
    }
  }

  return {
    async apply(changes, signal) {
      written = undefined;
      const { onTopOf, ...answer } = await useClone(signal, (session) => commitBatch(session, changes));
      if (onTopOf === seen) seen = written = answer.revision;
      return answer;
    },
    probe: (signal) => use(signal, ({ transport }) => transport.probe()),
    async fingerprint(signal) {
      seen = (await use(signal, ({ transport }) => transport.head(store.branch))) ?? emptyRevision;
      return seen;
    },
    lastWritten: () => written,
    holds: (changes, signal) =>
      useClone(signal, async (session) => {
        const head = await newestHead(session);
        const { objects } = session.clone;
        const base = head === undefined ? undefined : (await objects.commit(head)).tree;
        const staged = await stageEdits(storeView(store, treeView(objects, base)), changes);
        return (await treeHolds(store, objects, base, staged)) ? (head ?? emptyRevision) : undefined;
      }),
    propose: (changes, branch, signal) => useClone(signal, (session) => proposeBatch(session, changes, branch)),
    withdraw: (branch, signal) => use(signal, (session) => withdrawProposal(session, branch)),
  };
}

/** isomorphic-git's errors for an object that is missing or damaged: the disk was full, or somebody tidied up. */
function isBrokenClone(thrown: unknown): boolean {
  return ['NotFoundError', 'InternalError'].includes(errorCode(thrown) ?? '');
}
