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
}
