import type { PipelinePlan, StagePlan, WorkflowAction } from '../../src/domain/plan.js';
import type { RunInput } from '../../src/domain/run.js';
import type { WorkOrder } from '../../src/domain/collected.js';
import type { ObjectReference, StageOutcome, StageTask, StageVolumes } from '../../src/domain/stageTask.js';
import { failureDetails } from '../failures.js';
import { stageActivities } from '../options.js';
import { oncePodGetsOn } from './awaitedPod.js';
import type { RunProgress } from './progress.js';
import { showProgress } from './progress.js';

/** What the last stage leaves. */
export type PipelineOutcome = Pick<StageOutcome, 'volumes' | 'collected'>;

const emptyVolumes: StageVolumes = { own: {} };

/** The pipelines of a run in order, without those that an earlier run has done. */
export function pipelinesFrom({ plan, owner, resume }: RunInput, action: WorkflowAction): readonly PipelinePlan[] {
  const pipelines = plan.pipelines[owner.type][action];
  const first = pipelines.findIndex(({ name }) => name === resume?.pipeline);
  return first === -1 ? pipelines : pipelines.slice(first);
}

/** Runs the containers of one pipeline in order; each is an activity of its own, so a retry repeats one stage only. */
export async function runPipeline(
  input: RunInput,
  progress: RunProgress,
  action: WorkflowAction,
  pipeline: PipelinePlan,
  order?: WorkOrder,
): Promise<PipelineOutcome> {
  const { document, details } = progress;
  const object: ObjectReference = { ...input.object, document, details };
  let outcome: PipelineOutcome = { volumes: emptyVolumes };
  for (const stage of pipeline.stages) {
    const collect = stage === pipeline.stages.at(-1) ? order : undefined;
    const { volumes } = outcome;
    outcome = await runOneStage(input, progress, { action, pipeline, stage, object, volumes, collect });
  }
  return outcome;
}

/** Why a run stands still after a pipeline. */
export function unread({ name }: PipelinePlan): string {
  return `what pipeline ${name} left cannot be read yet`;
}

interface Step {
  readonly action: WorkflowAction;
  readonly pipeline: PipelinePlan;
  readonly stage: StagePlan;
  readonly object: ObjectReference;
  readonly volumes: StageVolumes;
  readonly collect?: WorkOrder;
}

async function runOneStage(input: RunInput, progress: RunProgress, step: Step): Promise<PipelineOutcome> {
  const { pipeline, stage, action, object, volumes, collect } = step;
  const index = progress.stages.length;
  const record = { pipeline: pipeline.name, stage: stage.name, image: stage.image };
  progress.stages.push({ ...record, outcome: 'Running' });
  showProgress(progress);
  try {
    const summary = `${pipeline.name} / ${stage.name} (${stage.image})`.slice(0, summaryLimit);
    const task: StageTask = {
      run: input.run,
      owner: input.owner,
      promise: input.plan.digest,
      action,
      pipeline: pipeline.name,
      stage: stage.name,
      timeoutSeconds: pipeline.timeoutSeconds,
      object,
      volumes,
      collect,
    };
    const result = await oncePodGetsOn(progress, task, () =>
      stageActivities(pipeline.timeoutSeconds).runStage.executeWithOptions({ summary }, [task]),
    );
    progress.stages[index] = { ...record, outcome: 'Succeeded', log: result.log, seconds: result.seconds };
    showProgress(progress);
    return { volumes: result.volumes, collected: result.collected };
  } catch (thrown) {
    progress.stages[index] = { ...record, outcome: 'Failed', ...logOf(failureDetails(thrown)) };
    showProgress(progress);
    throw thrown;
  }
}

/** Temporal refuses summaries of more than 400 bytes; image names are ASCII, so 200 characters are safe. */
const summaryLimit = 200;

function logOf(details: unknown): { readonly log?: string } {
  const known = typeof details === 'object' && details !== null && 'log' in details && typeof details.log === 'string';
  return known ? { log: details.log as string } : {};
}
