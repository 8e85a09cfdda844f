import type { Condition } from './condition.js';
import type { PipelinePlan } from './plan.js';
import type { RunRecord } from './run.js';

export interface StatusSource {
  readonly message: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly runs: readonly RunRecord[];
  readonly pipelines: readonly PipelinePlan[];
  readonly version: string;
}

/**
 * The status that Fulfil keeps of an object, in Kratix's shape (reference, sections 1.1, 2.9 and 4.2). What pipelines
 * write in status.yaml is laid over it by whoever shows or passes on the whole object.
 */
export function objectStatus(source: StatusSource): Record<string, unknown> {
  const pipelines = source.pipelines.map((pipeline) => ({
    name: pipeline.name,
    phase: pipelinePhase(pipeline, source.runs),
  }));
  const count = (phase: string) => pipelines.filter((pipeline) => pipeline.phase === phase).length;
  return {
    message: source.message,
    observedGeneration: source.observedGeneration,
    conditions: source.conditions,
    workflows: pipelines.length,
    workflowsSucceeded: count('Succeeded'),
    workflowsFailed: count('Failed'),
    kratix: { workflows: { pipelines } },
  };
}

function pipelinePhase(pipeline: PipelinePlan, runs: readonly RunRecord[]): string {
  const run = runs.find((candidate) => candidate.action === 'configure');
  const stages = (run?.stages ?? []).filter((stage) => stage.pipeline === pipeline.name);
  if (stages.some((stage) => stage.outcome === 'Failed')) return 'Failed';
  if (stages.length === 0) return 'Pending';
  const done = stages.filter((stage) => stage.outcome === 'Succeeded').length;
  return done === pipeline.stages.length ? 'Succeeded' : 'Running';
}
