import type { PipelinePlan, StagePlan, WorkflowAction } from '../../src/domain/plan.js';
import type { RunInput } from '../../src/domain/run.js';
import type { ObjectReference, StageVolumes } from '../../src/domain/stageTask.js';
import { failureDetails } from '../failures.js';
import { stageActivities } from '../options.js';
import type { RunProgress } from './progress.js';
import { showProgress } from './progress.js';

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
): Promise<StageVolumes> {
  const object: ObjectReference = { ...input.object, details: progress.details };
  let volumes = emptyVolumes;
  for (const stage of pipeline.stages) {
    volumes = await runOneStage(input, progress, { action, pipeline, stage, object, volumes });
  }
  return volumes;
}

interface Step {
  readonly action: WorkflowAction;
  readonly pipeline: PipelinePlan;
  readonly stage: StagePlan;
  readonly object: ObjectReference;
  readonly volumes: StageVolumes;
}

async function runOneStage(input: RunInput, progress: RunProgress, step: Step): Promise<StageVolumes> {
  const { pipeline, stage, action, object, volumes } = step;
  const index = progress.stages.length;
  const record = { pipeline: pipeline.name, stage: stage.name, image: stage.image };
  progress.stages.push({ ...record, outcome: 'Running' });
  showProgress(progress);
  try {
    const result = await stageActivities(pipeline.timeoutSeconds).runStage.executeWithOptions(
      { summary: `${pipeline.name} / ${stage.name} (${stage.image})`.slice(0, summaryLimit) },
      [
        {
          run: input.run,
          owner: input.owner,
          promise: input.plan.digest,
          action,
          pipeline: pipeline.name,
          stage: stage.name,
          timeoutSeconds: pipeline.timeoutSeconds,
          object,
          volumes,
        },
      ],
    );
    progress.stages[index] = { ...record, outcome: 'Succeeded', log: result.log, seconds: result.seconds };
    showProgress(progress);
    return result.volumes;
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
