import { log, patched } from '@temporalio/workflow';
import type { RunInput, RunResult } from '../../src/domain/run.js';
import { rootFailure } from '../failures.js';
import { quick } from '../options.js';
import type { Deliveries } from './delivery.js';
import { insist } from './insist.js';
import { pipelinesFrom, runPipeline, unread } from './pipeline.js';
import type { RunProgress } from './progress.js';
import { hearPipeline, refuseWord, tellStages } from './progress.js';
import { conductRun } from './run.js';
import { scheduleWorks } from './scheduleWorks.js';

/** The delete pipelines, then the documents go (reference, sections 3.6 and 4.3). */
export async function deleteRun(input: RunInput): Promise<RunResult> {
  return conductRun(
    input,
    async (progress, deliveries) => {
      for (const [index, pipeline] of pipelinesFrom(input, 'delete').entries()) {
        if (progress.superseded) return;
        const [outcome] = await Promise.all([
          runPipeline(input, progress, 'delete', pipeline).catch(unlessNamespaceGone),
          index > 0 ? tellStages(input, progress) : undefined,
        ]);
        if (outcome === undefined) break;
        try {
          const word = { volumes: outcome.volumes, details: progress.details };
          const summary = `word of ${pipeline.name}`;
          const heard = await insist(progress, unread(pipeline), (retry) =>
            quick.collectMetadata.executeWithOptions({ summary, retry }, [word]),
          );
          if (!hearPipeline(progress, pipeline.name, heard)) return;
        } catch (thrown) {
          refuseWord(progress, thrown);
          throw thrown;
        }
      }
      if (progress.superseded && patched('word-kept')) return;
      if (input.keepDocuments !== true) await removeDocuments(input, progress, deliveries);
    },
    { deleting: true },
  );
}

/** Where pods would run there is nothing any more, and nothing that anybody could do: documents go all the same. */
function unlessNamespaceGone(thrown: unknown): undefined {
  const { type, message } = rootFailure(thrown);
  if (type !== 'NamespaceGone') throw thrown;
  log.warn('the delete pipelines cannot run', { reason: message });
}

/** The end of a Promise, when its resources are gone: its dependencies' documents go too. */
export async function withdrawRun(input: RunInput): Promise<RunResult> {
  return conductRun(input, (progress, deliveries) => removeDocuments(input, progress, deliveries), { deleting: true });
}

async function removeDocuments(input: RunInput, progress: RunProgress, deliveries: Deliveries): Promise<void> {
  const scheduled = await scheduleWorks(progress, { before: input.works, after: [] });
  progress.works = [];
  deliveries.start(scheduled);
}
