import type { CollectedWork, WorkOrder } from './collected.js';
import type { Owner } from './owner.js';
import type { WorkflowAction } from './plan.js';

/** Snapshots of what the containers of one pipeline share, by digest; absent while still empty. */
export interface StageVolumes {
  readonly input?: string;
  readonly output?: string;
  readonly metadata?: string;
  /** The pipeline's own emptyDir volumes, by name. */
  readonly own: Readonly<Record<string, string>>;
}

/** The object as a pipeline reads it from /kratix/input/object.yaml, without its text. */
export interface ObjectReference {
  /** Digest of the document as it was accepted, defaults filled in. */
  readonly document: string;
  readonly generation: number;
  readonly uid: string;
  readonly createdAt: string;
  /** The status that Fulfil keeps; small. */
  readonly status: Readonly<Record<string, unknown>>;
  /** Digest of the status that pipelines wrote. */
  readonly details?: string;
}

/** One container of one pipeline of one run. */
export interface StageTask {
  readonly run: string;
  readonly owner: Owner;
  /** Digest of the Promise document whose pipelines run. */
  readonly promise: string;
  readonly action: WorkflowAction;
  readonly pipeline: string;
  readonly stage: string;
  readonly timeoutSeconds: number;
  readonly object: ObjectReference;
  readonly volumes: StageVolumes;
  /** A configuration's last stage: its pipeline's documents are wanted as well. */
  readonly collect?: WorkOrder;
}

export interface StageResult {
  readonly volumes: StageVolumes;
  /** Digest of what the stage printed. */
  readonly log: string;
  readonly seconds: number;
}

/** Type of the failure of a stage whose pod waits for a node, an image, a volume: the stage itself has not failed. */
export const awaitedPod = 'PodAwaited';

/** What the activity of a stage brings. */
export interface StageOutcome extends StageResult {
  /** Absent where it was not asked for or did not go well at once: an activity of its own then tries, and says why. */
  readonly collected?: CollectedWork;
}
