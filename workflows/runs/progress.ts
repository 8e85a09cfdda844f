import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Unscheduled } from '../../src/domain/schedule.js';
import type { RunInput, RunResult, StageRecord } from '../../src/domain/run.js';
import { describeUnscheduled } from '../../src/domain/run.js';
import type { Work } from '../../src/domain/work.js';
import { destinationsOf } from '../../src/domain/works.js';
import { queries } from '../messages.js';

/** Where a run is; mutable, the run's own. */
export interface RunProgress {
  works: readonly Work[];
  unscheduled: readonly Unscheduled[];
  stages: StageRecord[];
  details: string | undefined;
  statusMessage: string | undefined;
  superseded: boolean;
}

export const runStatusQuery = defineQuery<RunResult>(queries.status);

/** Progress that a query can read from the first moment. */
export function beginProgress(input: RunInput): RunProgress {
  const progress: RunProgress = {
    works: input.works,
    unscheduled: [],
    stages: [],
    details: input.object.details,
    statusMessage: undefined,
    superseded: false,
  };
  setHandler(runStatusQuery, () => resultOf(progress));
  return progress;
}

export function resultOf(progress: RunProgress): RunResult {
  const { works, unscheduled, stages, details, statusMessage } = progress;
  return { ...endOf(progress), works, unscheduled, stages, details, statusMessage };
}

function endOf({ superseded, unscheduled, works }: RunProgress): Pick<RunResult, 'outcome' | 'message'> {
  if (superseded) return { outcome: 'Superseded', message: 'a newer revision is wanted' };
  if (unscheduled.length > 0) return { outcome: 'Waiting', message: describeUnscheduled(unscheduled) };
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
