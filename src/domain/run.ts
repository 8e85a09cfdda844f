import type { ObsoletePlacement } from './obsolete.js';
import type { Owner } from './owner.js';
import type { PromisePlan, WorkflowAction } from './plan.js';
import type { Unscheduled } from './schedule.js';
import type { ObjectReference } from './stageTask.js';
import type { PipelineStop, Resumption } from './suspension.js';
import type { Work } from './work.js';

/** `place` and `repair` repeat no stage: they schedule and write what earlier stages gave. */
export type RunAction = WorkflowAction | 'place' | 'repair';

export type RunOutcome = 'Running' | 'Succeeded' | 'Waiting' | 'Suspended' | 'Superseded' | 'Failed';

export interface StageRecord {
  readonly pipeline: string;
  readonly stage: string;
  readonly image: string;
  readonly outcome: 'Running' | 'Succeeded' | 'Failed';
  /** Digest of what the stage printed, in the artifact store. */
  readonly log?: string;
  readonly seconds?: number;
}

/** What a run pins: one revision of the Promise and of the object, and what earlier runs left. */
export interface RunInput {
  readonly run: string;
  readonly owner: Owner;
  readonly plan: PromisePlan;
  readonly object: ObjectReference;
  readonly works: readonly Work[];
  /** What stores may still hold from runs that did not end well. */
  readonly leftovers: readonly ObsoletePlacement[];
  /** Delete runs of a Promise leave the documents until its resources are gone (reference, section 3.6). */
  readonly keepDocuments?: boolean;
  /** Repair runs: compare also what is known to be written, in this store or in all. */
  readonly verify?: VerifyScope;
  /** The object is shown in a cluster: its entity wants to know how far the run is. */
  readonly shown: boolean;
  /** Goes on where a pipeline suspended an earlier run. */
  readonly resume?: Resumption;
  /** Writes end before the run does, however it ends; absent in runs that began before this was so. */
  readonly awaitsEnds?: true;
}

export interface VerifyScope {
  readonly store?: string;
}

export interface RunResult {
  readonly outcome: Exclude<RunOutcome, 'Running'>;
  readonly message: string;
  readonly works: readonly Work[];
  /** Placements whose write or removal was begun and not confirmed. */
  readonly leftovers: readonly ObsoletePlacement[];
  readonly unscheduled: readonly Unscheduled[];
  readonly stages: readonly StageRecord[];
  /** Digest of the status that pipelines have written so far. */
  readonly details?: string;
  /** `message` of the last status.yaml that had one. */
  readonly statusMessage?: string;
  /** The pipeline that stopped the run. */
  readonly stop?: PipelineStop;
  /** Whether it failed only of what a store did not take; absent in results from before this was told. */
  readonly ofWrites?: boolean;
  /** Paths that a repair found different and wrote again. */
  readonly repaired?: readonly string[];
}

export interface RunRecord {
  readonly id: string;
  readonly number: number;
  readonly action: RunAction;
  readonly generation: number;
  readonly promiseGeneration: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly outcome: RunOutcome;
  readonly message: string;
  readonly stages: readonly StageRecord[];
}

/** What scheduling gives a run to do: where each Work goes, and what is to be removed. */
export interface ScheduledWorks {
  readonly works: readonly Work[];
  readonly unscheduled: readonly Unscheduled[];
  readonly obsolete: readonly ObsoletePlacement[];
}

/** `environment=dev` of every group that waits, without repeats. */
export function describeUnscheduled(unscheduled: readonly Unscheduled[]): string {
  const wanted = [...new Set(unscheduled.map((group) => group.waitsFor))];
  return `no Destination matches ${wanted.join(' or ')}; goes out by itself when one appears`;
}
