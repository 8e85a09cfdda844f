import { longestDurationMillis } from './longestDuration.js';
import type { WorkflowAction } from './plan.js';
import type { StageRecord } from './run.js';

/** What a pipeline asks for in workflow-control.yaml; a retry wins over a suspension (reference, section 2.11). */
export type PipelineControl =
  | { readonly action: 'continue' }
  | { readonly action: 'suspend'; readonly message: string }
  | { readonly action: 'retry'; readonly message: string; readonly afterMilliseconds: number };

/** A pipeline that stopped its run, and when it wants to be asked again; without a time, people decide. */
export interface PipelineStop {
  readonly pipeline: string;
  readonly message: string;
  readonly afterMilliseconds?: number;
}

/** A workflow that one of its pipelines stopped. */
export interface Suspension {
  readonly action: WorkflowAction;
  readonly pipeline: string;
  readonly message: string;
  /** Of the object, when it was suspended: something newer begins from the start. */
  readonly generation: number;
  /** ISO time. */
  readonly nextRetryAt?: string;
  /** How often the pipeline has asked for a retry. */
  readonly attempts: number;
}

/** Where a run goes on: at this pipeline, with the stages that the ones before it have had. */
export interface Resumption {
  readonly pipeline: string;
  readonly stages: readonly StageRecord[];
}

/** The suspension after a pipeline has asked for it, maybe not for the first time. */
export function suspend(
  stop: PipelineStop,
  at: { readonly action: WorkflowAction; readonly generation: number; readonly now: number },
  before: Suspension | undefined,
): Suspension {
  const { pipeline, message, afterMilliseconds } = stop;
  const { action, generation, now } = at;
  const known = before?.pipeline === pipeline && before.action === action ? before.attempts : 0;
  if (afterMilliseconds === undefined) return { action, pipeline, message, generation, attempts: 0 };
  // Runs of an older version were told of longer ones, which end in no date.
  const nextRetryAt = new Date(now + Math.min(afterMilliseconds, longestDurationMillis)).toISOString();
  return { action, pipeline, message, generation, nextRetryAt, attempts: known + 1 };
}

/** `pipeline deploy has suspended the workflow: waits for approval; tried again at 2026-11-22T10:00:00Z` */
export function describeStop({ pipeline, message }: PipelineStop, nextRetryAt?: string): string {
  const why = message === '' ? '' : `: ${message}`;
  const until = nextRetryAt === undefined ? '' : `; tried again at ${nextRetryAt}`;
  return `pipeline ${pipeline} has suspended the workflow${why}${until}`;
}
