import { log } from '@temporalio/activity';
import { reason } from '../src/domain/failure.js';
import type { StageOutcome, StageResult, StageTask } from '../src/domain/stageTask.js';
import type { Works } from './works/works.js';

/**
 * A stage and, after the last one, its pipeline's documents while they are at hand: two events of a history instead of
 * five. The stage has succeeded whatever becomes of them, so what fails here is done again by an activity of its own.
 */
export async function runAndCollect(
  runStage: () => Promise<StageResult>,
  { collect }: StageTask,
  collectWork: Works['collectWork'],
): Promise<StageOutcome> {
  const result = await runStage();
  if (collect === undefined) return result;
  try {
    return { ...result, collected: await collectWork({ ...collect, volumes: result.volumes }) };
  } catch (thrown) {
    log.debug('the documents are collected later', { pipeline: collect.pipeline, reason: reason(thrown) });
    return result;
  }
}
