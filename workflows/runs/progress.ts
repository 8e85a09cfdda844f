import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { ObsoletePlacement } from '../../src/domain/obsolete.js';
import type { Unscheduled } from '../../src/domain/schedule.js';
import type { RunInput, RunResult, StageRecord } from '../../src/domain/run.js';
import { describeUnscheduled } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';
import { destinationsOf } from '../../src/domain/works.js';
import { queries } from '../messages.js';

/** Where a run is; mutable, the run's own. */
export interface RunProgress {
  works: readonly Work[];
  leftovers: readonly ObsoletePlacement[];
  unscheduled: readonly Unscheduled[];
  stages: StageRecord[];
  details: string | undefined;
  statusMessage: string | undefined;
  superseded: boolean;
  /** Why state stores have not taken documents yet. */
  unwritten: readonly string[];
  repaired: readonly string[];
}

export const runStatusQuery = defineQuery<RunResult>(queries.status);

/** Progress that a query can read from the first moment. */
export function beginProgress(input: RunInput): RunProgress {
  const progress: RunProgress = {
    works: input.works,
    leftovers: input.leftovers,
    unscheduled: [],
    stages: [],
    details: input.object.details,
    statusMessage: undefined,
    superseded: false,
    unwritten: [],
    repaired: [],
  };
  setHandler(runStatusQuery, () => resultOf(progress));
  return progress;
}

export function resultOf(progress: RunProgress): RunResult {
  const { works, leftovers, unscheduled, stages, details, statusMessage, repaired } = progress;
  return { ...endOf(progress), works, leftovers, unscheduled, stages, details, statusMessage, repaired };
}

function endOf(progress: RunProgress): Pick<RunResult, 'outcome' | 'message'> {
  const { superseded, unscheduled, unwritten, works, repaired } = progress;
  if (superseded) return { outcome: 'Superseded', message: 'a newer revision is wanted' };
  if (unscheduled.length > 0) return { outcome: 'Waiting', message: describeUnscheduled(unscheduled) };
  if (unwritten.length > 0) {
    return { outcome: 'Waiting', message: `${unwritten.join('; ')}; goes out by itself when the store answers` };
  }
  if (repaired.length > 0) return { outcome: 'Succeeded', message: `repaired ${repaired.slice(0, 3).join(', ')}` };
  const destinations = destinationsOf(works);
  return {
    outcome: 'Succeeded',
    message: destinations.length === 0 ? 'done' : `written to ${destinations.join(', ')}`,
  };
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
