import {
  CancellationScope,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ObsoletePlacement } from '../../src/domain/obsolete.js';
import type { Unscheduled } from '../../src/domain/schedule.js';
import type { RunInput, RunResult, StageRecord } from '../../src/domain/run.js';
import { describeUnscheduled } from '../../src/domain/run.js';
import type { CollectedMetadata } from '../../src/domain/collected.js';
import { describeStop } from '../../src/domain/suspension.js';
import type { PipelineStop } from '../../src/domain/suspension.js';
import type { Work } from '../../src/domain/work.js';
import { destinationsOf } from '../../src/domain/works.js';
import type { Progress, RunStages } from '../messages.js';
import { queries, signals } from '../messages.js';
import { send } from '../waiters.js';
import type { Standstill } from './standstill.js';

/** Where a run is; mutable, the run's own. */
export interface RunProgress {
  /** It makes documents go: what cannot be done now has nothing that could wait for it, and is tried until it is done. */
  readonly deleting: boolean;
  /** One for each thing that may stand still. */
  readonly standstills: Standstill[];
  /** Ends what is tried until it succeeds when the run is superseded. */
  readonly patience: CancellationScope;
  /** Digest of the object's document: its labels and annotations may change between two pipelines. */
  document: string;
  works: readonly Work[];
  leftovers: readonly ObsoletePlacement[];
  unscheduled: readonly Unscheduled[];
  stages: StageRecord[];
  details: string | undefined;
  statusMessage: string | undefined;
  superseded: boolean;
  /** Nobody waits for people's reviews any more. */
  givenUp: boolean;
  /** The pipeline that asked to go no further. */
  stop: PipelineStop | undefined;
  /** Why state stores have not taken documents yet. */
  unwritten: readonly string[];
  repaired: readonly string[];
  /** What people should know although everything is written. */
  remarks: readonly string[];
}

export const runStatusQuery = defineQuery<RunResult>(queries.status);

/** Progress that a query can read from the first moment. */
export function beginProgress(input: RunInput, deleting: boolean): RunProgress {
  const progress: RunProgress = {
    deleting,
    standstills: [],
    patience: new CancellationScope(),
    document: input.object.document,
    works: input.works,
    leftovers: input.leftovers,
    unscheduled: [],
    stages: [...(input.resume?.stages ?? [])],
    details: input.object.details,
    statusMessage: undefined,
    superseded: false,
    givenUp: false,
    stop: undefined,
    unwritten: [],
    repaired: [],
    remarks: [],
  };
  setHandler(runStatusQuery, () => resultOf(progress));
  return progress;
}

export function resultOf(progress: RunProgress): RunResult {
  const { works, leftovers, unscheduled, stages, details, statusMessage, stop, repaired } = progress;
  return { ...endOf(progress), works, leftovers, unscheduled, stages, details, statusMessage, stop, repaired };
}

/** Takes over what a pipeline said beside its documents; false when it wants its run to stop here. */
export function hearPipeline(progress: RunProgress, pipeline: string, heard: CollectedMetadata): boolean {
  const { control } = heard;
  progress.details = heard.details;
  // The next pipeline begins without a message, whatever this one said (reference, section 2.9).
  progress.statusMessage = heard.statusMessage;
  progress.remarks = [...progress.remarks, ...(heard.remarks ?? [])];
  if (control.action === 'continue') return true;
  const afterMilliseconds = control.action === 'retry' ? control.afterMilliseconds : undefined;
  progress.stop = { pipeline, message: control.message, afterMilliseconds };
  return false;
}

/** What a pipeline left cannot be taken: that is a failure of its last stage (reference, sections 2.8 to 2.10). */
export function refuseWord(progress: RunProgress, thrown: unknown): void {
  const last = progress.stages.at(-1);
  if (last === undefined || isCancellation(thrown)) return;
  progress.stages = [...progress.stages.slice(0, -1), { ...last, outcome: 'Failed' }];
  showProgress(progress);
}

function endOf(progress: RunProgress): Pick<RunResult, 'outcome' | 'message'> {
  const { superseded, unscheduled, unwritten, works, repaired, remarks, stop } = progress;
  if (superseded) return { outcome: 'Superseded', message: 'a newer revision is wanted' };
  if (stop !== undefined) return { outcome: 'Suspended', message: describeStop(stop) };
  if (unscheduled.length > 0) return { outcome: 'Waiting', message: describeUnscheduled(unscheduled) };
  if (unwritten.length > 0) {
    return { outcome: 'Waiting', message: `${unwritten.join('; ')}; goes out by itself when the store answers` };
  }
  if (repaired.length > 0) return { outcome: 'Succeeded', message: `repaired ${repaired.slice(0, 3).join(', ')}` };
  const destinations = destinationsOf(works);
  const done = destinations.length === 0 ? 'done' : `written to ${destinations.join(', ')}`;
  return { outcome: 'Succeeded', message: [done, ...remarks].join('; ') };
}

/** Tells the entity how far the run is, when somebody looks at it. */
export async function tellStages({ run, shown }: RunInput, { stages }: RunProgress): Promise<void> {
  const news: RunStages = { run, stages };
  if (shown) await tell(signals.runStages, news);
}

/** Tells the entity that the run stands still, or goes on. */
export async function tellEntity(progress: Progress): Promise<void> {
  await tell(signals.runProgress, progress);
}

async function tell(signal: string, news: RunStages | Progress): Promise<void> {
  const { parent } = workflowInfo();
  if (parent !== undefined) await send(parent.workflowId, signal, news);
}

/** The run's stages as the Web UI shows them, one line each. */
export function showProgress(progress: RunProgress): void {
  const marks = { Running: '▶', Succeeded: '✓', Failed: '✗' } as const;
  const lines = progress.stages.map((stage) => {
    const seconds = stage.seconds === undefined ? '' : ` ${stage.seconds.toFixed(1)} s`;
    return `- ${marks[stage.outcome]} ${stage.pipeline} / **${stage.stage}** (${stage.image})${seconds}`;
  });
  setCurrentDetails(lines.join('\n'));
}
