/** What a change may look at before it decides; paths are relative to the state store's own path. */
export interface StoreView {
  /** Undefined when there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
  /** All files under a directory, recursively, as paths from the store's root; empty when it does not exist. */
  list(directory: string): Promise<readonly string[]>;
}

export interface StoreFile {
  readonly path: string;
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
  readonly size: number;
  content(): Promise<Buffer>;
}

/** Files to put and files to remove; a path in both is put. */
export interface StoreEdit {
  readonly put: readonly StoreFile[];
  readonly remove: readonly string[];
}

/** One run's wish. `edit` is asked again, on the newest state, whenever somebody else was faster. */
export interface StoreChange {
  /** A line of the commit message: `Update jenkins default/example: instance-configure`. */
  readonly summary: string;
  /** Id of the run that asked; stands in the commit's trailer. */
  readonly run: string;
  /** Directories that `edit` is going to list: a hint, so that a far store can be asked for all of a batch at once. */
  readonly lists?: readonly string[];
  edit(view: StoreView): Promise<StoreEdit>;
}

export interface StoreRevision {
  /** The store's own name for the state that holds the changes: commit, version digest. */
  readonly revision: string;
  /** False when the store already held everything. */
  readonly changed: boolean;
  /** The same for each change of the batch, in their order; absent when the adapter cannot tell. */
  readonly each?: readonly boolean[];
}

/**
 * One state store (and branch). An adapter applies a batch as one unit as far as its kind of store can and
 * returns only when the store has the content. It throws `Failure`: retryable for a store that does not answer,
 * not retryable for a refused credential or a document that cannot be stored.
 */
export interface StoreWriter {
  apply(changes: readonly StoreChange[], signal: AbortSignal): Promise<StoreRevision>;
  /** Proves that the store can be written, without leaving a trace. */
  probe(signal: AbortSignal): Promise<void>;
  /** A cheap name of everything the store holds now, told without its contents. Equal: nothing has changed. */
  fingerprint(signal: AbortSignal): Promise<string>;
  /**
   * The fingerprint after this writer's last apply, when that is known without asking and nobody else wrote between
   * this writer's last look (its last answer here or to `fingerprint`) and that apply; undefined otherwise. So a store
   * whose fingerprint is this one holds what was looked at and what this writer did since, and nothing else.
   */
  lastWritten(): string | undefined;
  /** The present revision when the store has everything that the changes want; undefined when an apply would alter it. */
  holds(changes: readonly StoreChange[], signal: AbortSignal): Promise<string | undefined>;
  /**
   * Offers the changes on a branch of their own, for people to merge: one commit on top of the store's branch, in place
   * of whatever the branch had before. Unchanged when the store, or the branch, has all of it already. Whether it was
   * merged is for `holds` to say. Stores without branches throw `ProposalUnsupported`.
   */
  propose(changes: readonly StoreChange[], branch: string, signal: AbortSignal): Promise<StoreRevision>;
  /** Deletes a branch that `propose` made; one that is gone already is well. */
  withdraw(branch: string, signal: AbortSignal): Promise<void>;
}

/** The name, as revision and as fingerprint, of a store that holds nothing: no branch, no object, no file. */
export const emptyRevision = 'empty';
