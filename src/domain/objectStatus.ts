import type { Condition } from './condition.js';
import type { PipelinePlan } from './plan.js';
import type { RunRecord } from './run.js';
import type { Suspension } from './suspension.js';

export interface StatusSource {
  readonly message: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly runs: readonly RunRecord[];
  readonly pipelines: readonly PipelinePlan[];
  readonly suspension?: Suspension;
  /** The pipelines are those that a deletion runs. */
  readonly deleting?: boolean;
}

/**
 * The status that Fulfil keeps of an object, in Kratix's shape (reference, sections 1.1, 2.9 and 4.2). What pipelines
 * write in status.yaml is laid over it by whoever shows or passes on the whole object.
 */
export function objectStatus(source: StatusSource): Record<string, unknown> {
  const action = source.deleting === true ? 'delete' : 'configure';
  const run = source.runs.find((candidate) => candidate.action === action);
  const suspension = source.suspension?.action === action ? source.suspension : undefined;
  const current = run?.outcome === 'Running' ? source.pipelines.find((each) => !isDone(each, run)) : undefined;
  const pipelines = source.pipelines.map((pipeline) => {
    const status = pipelineStatus(pipeline, run, suspension);
    return pipeline === current && status.phase === 'Pending' ? { ...status, phase: 'Running' } : status;
  });
  const count = (phase: string) => pipelines.filter((pipeline) => pipeline.phase === phase).length;
  return {
    message: source.message,
    observedGeneration: source.observedGeneration,
    conditions: source.conditions,
    workflows: pipelines.length,
    workflowsSucceeded: count('Succeeded'),
    workflowsFailed: count('Failed'),
    kratix: {
      workflows: { pipelines, ...(suspension === undefined ? {} : { suspendedGeneration: suspension.generation }) },
    },
  };
}

interface PipelineStatus {
  readonly name: string;
  readonly phase: string;
  readonly message?: string;
  readonly nextRetryAt?: string;
  readonly attempts?: number;
}

function pipelineStatus(
  pipeline: PipelinePlan,
  run: RunRecord | undefined,
  suspension: Suspension | undefined,
): PipelineStatus {
  const { name } = pipeline;
  if (suspension?.pipeline !== name) return { name, phase: pipelinePhase(pipeline, run) };
  const { message, nextRetryAt, attempts } = suspension;
  const retry = nextRetryAt === undefined ? {} : { nextRetryAt, attempts };
  return { name, phase: 'Suspended', ...(message === '' ? {} : { message }), ...retry };
}

function pipelinePhase(pipeline: PipelinePlan, run: RunRecord | undefined): string {
  const stages = (run?.stages ?? []).filter((stage) => stage.pipeline === pipeline.name);
  if (stages.some((stage) => stage.outcome === 'Failed')) return 'Failed';
  if (stages.length === 0) return 'Pending';
  return isDone(pipeline, run) ? 'Succeeded' : 'Running';
}

function isDone({ name, stages }: PipelinePlan, run: RunRecord | undefined): boolean {
  const done = (run?.stages ?? []).filter((stage) => stage.pipeline === name && stage.outcome === 'Succeeded');
  return done.length === stages.length;
}
