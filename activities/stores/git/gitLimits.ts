/** Time and size limits of one use of a git remote; tests make them shorter. */
export interface GitLimits {
  /** Without a byte in this time the server counts as hanging. */
  readonly silenceMs: number;
  /** For one use: question, fetch and push. */
  readonly totalMs: number;
  /** For a fetch by the git binary. */
  readonly fetchMs: number;
  /** The largest answer to a fetch that isomorphic-git may index. */
  readonly inProcessBytes: number;
}

export const gitLimits: GitLimits = {
  // A server that runs a hook or packs a large repository is silent for some seconds; half a minute is a dead one.
  silenceMs: 30_000,
  // Kratix's limit for a git command (reference, section 6.2): whoever waits in the queue should hear of it.
  totalMs: 90_000,
  // A first clone of some hundred megabytes over a slow line; it happens once for each worker and store.
  fetchMs: 10 * 60_000,
  // Indexing a pack costs this process 1 s for each MiB (ADR 0004), and nothing else runs meanwhile.
  inProcessBytes: 1024 * 1024,
};
