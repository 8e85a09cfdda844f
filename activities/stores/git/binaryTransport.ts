import { reason } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { documentRefused, storeMisconfigured, storeUnavailable } from '../storeFailure.js';
import { binaryAccess } from './binaryAccess.js';
import { explainBinary } from './binaryFailure.js';
import { branchRef, localRef } from './gitClone.js';
import type { GitCredential } from './gitCredential.js';
import type { GitLimits } from './gitLimits.js';
import type { GitObjects } from './gitObjects.js';
import type { GitRemote } from './gitRemote.js';
import type { GitTransport } from './gitTransport.js';
import { refusalText, saysOutrun } from './gitTransport.js';
import type { GitResult } from './runGit.js';
import { GitMissing, GitTimeout, runGit } from './runGit.js';

/** Git through the binary, for what isomorphic-git cannot do: ssh, file://, and fetching large repositories (ADR 0004). */
export async function binaryTransport(
  store: GitStateStore,
  remote: GitRemote,
  credential: GitCredential,
  objects: GitObjects,
  use: { readonly signal: AbortSignal; readonly limits: GitLimits },
): Promise<GitTransport> {
  const { limits, signal } = use;
  const access = await binaryAccess(remote, credential, { gitdir: objects.gitdir, limits });

  async function run(limitMs: number, ...args: readonly string[]): Promise<GitResult> {
    try {
      return await runGit(['--git-dir', objects.gitdir, ...args], { env: access.env, signal, limitMs });
    } catch (thrown) {
      if (thrown instanceof GitMissing) {
        throw storeMisconfigured(
          store,
          `${reason(thrown)}, and ${remote.kind === 'http' ? 'a repository of this size' : remote.kind} needs it`,
        );
      }
      if (thrown instanceof GitTimeout) throw storeUnavailable(store, reason(thrown));
      throw thrown;
    }
  }

  async function succeed(limitMs: number, ...args: readonly string[]): Promise<string> {
    const result = await run(limitMs, ...args);
    if (result.code !== 0) throw explainBinary(store, result.stderr, credential.secrets);
    return result.stdout;
  }

  return {
    async head(branch) {
      const ref = branchRef(branch);
      const output = await succeed(limits.totalMs, 'ls-remote', '--quiet', remote.url, ref);
      const line = output.split('\n').find((candidate) => candidate.endsWith(`\t${ref}`));
      return line?.split('\t')[0];
    },
    async fetch(branch, depth) {
      const local = localRef(branch);
      const options = ['--quiet', `--depth=${depth}`, '--no-tags', '--force'];
      await succeed(limits.fetchMs, 'fetch', ...options, remote.url, `${branchRef(branch)}:${local}`);
      return (await succeed(limits.totalMs, 'rev-parse', '--verify', local)).trim();
    },
    async push({ branch, from, to }) {
      const ref = branchRef(branch);
      // The lease makes it a compare-and-swap, also against somebody who rewound the branch; what it forces is a
      // proposal's branch alone, since on the store's own `to` stands on `from`.
      const lease = `--force-with-lease=${ref}:${from ?? ''}`;
      const result = await run(limits.totalMs, 'push', '--porcelain', lease, remote.url, `${to ?? ''}:${ref}`);
      if (result.code === 0) return 'pushed';
      const why = rejection(result.stdout);
      if (why === undefined) throw explainBinary(store, result.stderr, credential.secrets);
      if (saysOutrun(why)) return 'outrun';
      throw documentRefused(store, refusalText(branch, why, remoteWords(result.stderr)));
    },
    async probe() {
      // Nothing matches this name, so that nothing is pushed, after the server has asked who we are.
      const nothing = 'refs/fulfil-probe/*:refs/fulfil-probe/*';
      const result = await run(limits.totalMs, 'push', '--dry-run', remote.url, nothing);
      // An empty repository lets us in with these words and then hangs up, which git takes for a failure.
      if (result.code === 0 || result.stderr.includes('No refs in common')) return;
      throw explainBinary(store, result.stderr, credential.secrets);
    },
    close: () => access.close(),
  };
}

/** `!⇥a1b2:refs/heads/main⇥[remote rejected] (pre-receive hook declined)` */
function rejection(porcelain: string): string | undefined {
  const line = porcelain.split('\n').find((candidate) => candidate.startsWith('!'));
  if (line === undefined) return undefined;
  return /\(([^)]*)\)\s*$/.exec(line)?.[1] ?? line.split('\t')[2] ?? 'rejected';
}

function remoteWords(stderr: string): readonly string[] {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.startsWith('remote:'));
  return lines.map((line) => line.slice('remote:'.length).trim()).filter((line) => line !== '');
}
