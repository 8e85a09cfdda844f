import type { Condition } from './condition.js';
import type { Phase } from './phase.js';
import type { PipelinePlan } from './plan.js';
import type { RunRecord } from './run.js';
import type { Dependent, RequirementStatus } from './requirements.js';
import type { Binding, RevisionSummary } from './revision.js';
import type { Suspension } from './suspension.js';
import type { Work } from './work.js';

/** What `status` answers for a Promise or a Resource: everything that people and programs read about it. */
export interface EntityStatus {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  readonly message: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly works: readonly Work[];
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Digest of the document that is wanted. */
  readonly document: string;
  /** Digest of the status that pipelines wrote. */
  readonly details?: string;
  readonly statusMessage?: string;
  readonly uid: string;
  readonly createdAt: string;
  /** Of the Promise; absent in a Promise that has no version label. */
  readonly version?: string;
  /** Promises: the requests that it serves, as `namespace/name`. */
  readonly resources?: readonly string[];
  readonly api?: { readonly apiVersion: string; readonly kind: string };
  /** Configure pipelines of the newest plan, in order. */
  readonly pipelines: readonly PipelinePlan[];
  /** Told to go; a failed deletion is `Failed` and still this. */
  readonly deleting: boolean;
  readonly paused: boolean;
  readonly suspension?: Suspension;
  /** Promises: oldest first. */
  readonly revisions?: readonly RevisionSummary[];
  readonly requirements?: readonly RequirementStatus[];
  readonly requiredBy?: readonly Dependent[];
  /** Resources: `document` was checked with the API that their revision of the Promise has. */
  readonly checked?: boolean;
  /** Resources: the revision of the Promise that they run with. */
  readonly binding?: Binding;
  /** Task queue of the controller that shows it. */
  readonly projection?: string;
}
