import type { StateStoreReference } from './destination.js';
import type { PlacementLayout } from './layout.js';
import type { SourcedSelector } from './selectors.js';

/** Promise dependencies fan out to every matching Destination; a resource goes to one (reference, section 5.4). */
export type WorkKind = 'dependency' | 'resource';

/** What one pipeline (or a Promise's static dependencies) wants to be somewhere. */
export interface Work {
  readonly kind: WorkKind;
  /** `jenkins-example-instance-configure-1a2b3`; unique in the cluster. */
  readonly name: string;
  readonly promise: string;
  readonly resource?: { readonly namespace: string; readonly name: string };
  /** Absent for a Promise's static dependencies. */
  readonly pipeline?: string;
  /** Of the pipelines, where the Promise names one for all of them. */
  readonly pipelineNamespace?: string;
  /** What happens to documents on a Destination that no longer matches; kept when it is not said, as in Kratix. */
  readonly onUnschedule?: 'keep' | 'delete';
  /** Known from the cluster alone, after Temporal was lost: no run of this entity has confirmed it yet. */
  readonly recovered?: true;
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
  /** `jenkins-example-instance-configure-1a2b3.worker-cluster-5058f` */
  readonly name: string;
  readonly group: string;
  readonly destination: string;
  readonly store: StateStoreReference;
  readonly layout: PlacementLayout;
  /** The documents wait on a branch of their own until people merge them. */
  readonly proposal?: boolean;
  /** Why this Destination, in words for `fulfil describe`. */
  readonly reason: string;
  /** The Destination no longer matches; the documents stay there (Kratix's default) until the policy says otherwise. */
  readonly misplaced: boolean;
  /** What the store is known to hold. */
  readonly written?: WrittenPlacement;
  /** Why the store did not take what is wanted there now. */
  readonly refusal?: string;
}

/** Enough to find and remove the documents again, whatever became of their Destination. */
export interface WrittenPlacement {
  readonly proposal?: boolean;
  readonly snapshot: string;
  readonly revision: string;
  readonly store: StateStoreReference;
  readonly layout: PlacementLayout;
}

/** First five digits of the group's id: the directory's short name in store paths. */
export function shortId(group: { readonly id: string }): string {
  return group.id.slice(0, 5);
}

/** Groups for which there is no Destination. */
export function unplacedGroups({ groups, placements }: Work): string[] {
  return groups.map(({ id }) => id).filter((id) => !placements.some(({ group }) => group === id));
}

export function isWritten(placement: WorkPlacement, group: WorkloadGroup): boolean {
  const { written } = placement;
  return written !== undefined && written.snapshot === group.snapshot && samePlace(written, placement);
}

interface Place {
  readonly store: StateStoreReference;
  readonly layout: PlacementLayout;
}

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.store.kind === b.store.kind &&
    a.store.name === b.store.name &&
    a.layout.mode === b.layout.mode &&
    a.layout.directory === b.layout.directory &&
    a.layout.stateFile === b.layout.stateFile &&
    a.layout.aggregate === b.layout.aggregate
  );
}
