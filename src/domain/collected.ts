import type { Owner } from './owner.js';
import type { ScheduledWorks } from './run.js';
import type { SourcedSelector } from './selectors.js';
import type { PipelineControl } from './suspension.js';
import type { Work } from './work.js';

/** What a pipeline's Work is made of, beside the pipeline's volumes. */
export interface WorkOrder {
  readonly owner: Owner;
  readonly pipeline: string;
  readonly promiseSelectors: readonly SourcedSelector[];
  readonly onUnschedule?: Work['onUnschedule'];
  readonly pipelineNamespace?: string;
  /** The Work as an earlier run left it; others are not looked at. */
  readonly before: readonly Work[];
  /** Digest of the status that pipelines have written so far. */
  readonly details?: string;
}

/** What a pipeline says of its object and of itself, beside its documents. */
export interface CollectedMetadata {
  readonly control: PipelineControl;
  readonly details?: string;
  readonly statusMessage?: string;
  /** What its author should know although everything is taken; absent in runs that began before this was so. */
  readonly remarks?: readonly string[];
}

export interface CollectedWork extends CollectedMetadata {
  /** Absent when the pipeline has stopped the run: its Work stays as it was. */
  readonly scheduled?: ScheduledWorks;
}
