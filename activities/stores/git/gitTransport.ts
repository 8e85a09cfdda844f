import type { GitObject } from './gitObjects.js';

export interface Push {
  readonly branch: string;
  /** Head of the branch until now; undefined for a branch that is new. */
  readonly from: string | undefined;
  /** Undefined: the branch is deleted. */
  readonly to: string | undefined;
  /** All objects that came into being with the commit. */
  readonly objects: readonly GitObject[];
}

/** The network side of a repository. All of it ends with the signal given when it was opened, or with a time limit. */
export interface GitTransport {
  /** Undefined when the branch, or anything in the repository, does not exist yet. */
  head(branch: string): Promise<string | undefined>;
  /** Brings the newest commits of a branch, `depth` of them, and their files into the clone; the head that was fetched. */
  fetch(branch: string, depth: number): Promise<string>;
  /** `outrun`: the branch is not, or no longer, at `from`, or may not be rewound; the remote is unchanged by us. */
  push(push: Push): Promise<'pushed' | 'outrun'>;
  /** Asks whether a push would be let in; changes nothing. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** Words of git servers for: the branch is no longer where you think (git's own, Gitea's, JGit's). */
export function saysOutrun(reason: string): boolean {
  return /fetch first|non-fast-forward|stale info|failed to update ref|cannot lock ref|incorrect old value|already exists|lock error|LOCK_FAILURE/i.test(
    reason,
  );
}

/** What a server printed about a refused push, as one line that fits a status. */
export function refusalText(branch: string, why: string, said: readonly string[]): string {
  // Hooks print whole pages; a condition in a status should stay readable.
  const longest = 300;
  const heard = said.map((line) => line.replace(/^(error|fatal|hint): /i, '')).filter((line) => /\w/.test(line));
  const text = [`the remote refuses the push to ${branch}: ${why}`, ...heard].join('; ');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
