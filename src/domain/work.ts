import type { SourcedSelector } from './selectors.js';

/** Promise dependencies fan out to every matching Destination; a resource goes to one (reference, section 5.4). */
export type WorkKind = 'dependency' | 'resource';

/** What one pipeline (or a Promise's static dependencies) wants to be somewhere. */
export interface Work {
  readonly kind: WorkKind;
  /** `jenkins-example-instance-configure`; unique per owner and pipeline. */
  readonly name: string;
  readonly promise: string;
  readonly resource?: { readonly namespace: string; readonly name: string };
  /** Absent for a Promise's static dependencies. */
  readonly pipeline?: string;
  readonly groups: readonly WorkloadGroup[];
  readonly placements: readonly WorkPlacement[];
}

/** The files of one directory, which travel together. Their bytes stay in the artifact store. */
export interface WorkloadGroup {
  /** MD5 of the directory, as Kratix has it; its first five digits stand in store paths. */
  readonly id: string;
  /** `.` or a first-level directory of /kratix/output. */
  readonly directory: string;
  readonly selectors: readonly SourcedSelector[];
  /** Digest of the snapshot that lists this group's files, with paths relative to /kratix/output. */
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
}

export interface WorkPlacement {
  readonly group: string;
  readonly destination: string;
  /** Why this Destination, in words for `fulfil describe`. */
  readonly reason: string;
  /** The Destination no longer matches; the documents stay there (Kratix's default) until the policy says otherwise. */
  readonly misplaced: boolean;
  /** What is known to be in the store: the snapshot written there and the store's own name for that state. */
  readonly written?: { readonly snapshot: string; readonly revision: string };
}

/** First five digits of the group's id: the directory's short name in store paths. */
export function shortId(group: { readonly id: string }): string {
  return group.id.slice(0, 5);
}
