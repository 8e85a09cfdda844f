import fs from 'node:fs';
import { rm } from 'node:fs/promises';
import git from 'isomorphic-git';
import type { GitObjects } from './gitObjects.js';
import { gitObjects } from './gitObjects.js';

/** A bare repository that holds the newest state of one branch; a cache, thrown away without regret. */
export interface GitClone {
  readonly objects: GitObjects;
  /** The commit of the branch that is complete in here. */
  head: string | undefined;
  /** Commits made since it was opened. */
  commits: number;
  /** A fetch broke off in it and may have left locks and halves behind. */
  broken: boolean;
}

/** A new clone in place of whatever an earlier process left there, half-written perhaps. */
export async function openClone(gitdir: string): Promise<GitClone> {
  await rm(gitdir, { recursive: true, force: true });
  await git.init({ fs, gitdir, bare: true, defaultBranch: 'fulfil-unused' });
  // isomorphic-git keeps what it fetches under this name; the URL comes with each use.
  await git.setConfig({ fs, gitdir, path: 'remote.origin.fetch', value: '+refs/heads/*:refs/remotes/origin/*' });
  return { objects: gitObjects(gitdir), head: undefined, commits: 0, broken: false };
}

/** Lets the next fetch say what is here already, so that the server sends the difference only. */
export async function rememberHead(clone: GitClone, branch: string, head: string): Promise<void> {
  await git.writeRef({ fs, gitdir: clone.objects.gitdir, ref: localRef(branch), value: head, force: true });
  clone.head = head;
}

/** A branch that was looked at once; its name must not be in the way of another's (`a` of `a/b`). */
export async function forgetBranch(clone: GitClone, branch: string): Promise<void> {
  await git.deleteRef({ fs, gitdir: clone.objects.gitdir, ref: localRef(branch) });
}

/** A branch's name at the remote. */
export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** A branch's name in the clone. */
export function localRef(branch: string): string {
  return `refs/remotes/origin/${branch}`;
}
