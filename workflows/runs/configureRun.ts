import { patched } from '@temporalio/workflow';
import type { WorkOrder } from '../../src/domain/collected.js';
import type { PipelinePlan } from '../../src/domain/plan.js';
import type { RunInput, RunResult } from '../../src/domain/run.js';
import { isOfPipeline } from '../../src/domain/works.js';
import { quick } from '../options.js';
import type { Deliveries } from './delivery.js';
import { insist } from './insist.js';
import { pipelinesFrom, runPipeline, unread } from './pipeline.js';
import type { RunProgress } from './progress.js';
import { hearPipeline, refuseWord, tellStages } from './progress.js';
import { conductRun } from './run.js';
import { dependenciesWork } from './dependenciesWork.js';
import { scheduleWorks } from './scheduleWorks.js';

/**
 * One configuration of a Promise or Resource: static dependencies first, then the pipelines in order. Each pipeline's
 * documents go out while the next one runs; what pipelines that no longer exist once wrote is removed at the end.
 */
export async function configureRun(input: RunInput): Promise<RunResult> {
  return conductRun(
    input,
    async (progress, deliveries) => {
      await deliverDependencies(input, progress, deliveries);
      await deliverEarlier(input, progress, deliveries);
      for (const [index, pipeline] of pipelinesFrom(input, 'configure').entries()) {
        if (progress.superseded) return;
        const order = workOrder(input, progress, pipeline);
        const [outcome] = await Promise.all([
          runPipeline(input, progress, 'configure', pipeline, order),
          index > 0 ? tellStages(input, progress) : undefined,
        ]);
        // What it said counts for whatever comes next, as what the last container of a Job writes does in Kratix.
        if (progress.superseded && !patched('word-kept')) return;
        let { collected } = outcome;
        try {
          const summary = `documents of ${pipeline.name}`;
          const documents = { ...order, volumes: outcome.volumes };
          collected ??= await insist(progress, unread(pipeline), (retry) =>
            quick.collectWork.executeWithOptions({ summary, retry }, [documents]),
          );
        } catch (thrown) {
          refuseWord(progress, thrown);
          throw thrown;
        }
        const goesOn = hearPipeline(progress, pipeline.name, collected);
        if (!goesOn || collected.scheduled === undefined) return;
        deliveries.start(collected.scheduled);
      }
      await removeStale(input, progress, deliveries);
    },
    { configuring: true },
  );
}

function workOrder({ owner, plan }: RunInput, { works, details }: RunProgress, { name }: PipelinePlan): WorkOrder {
  return {
    owner,
    pipeline: name,
    promiseSelectors: plan.selectors,
    onUnschedule: plan.onUnschedule,
    pipelineNamespace: plan.pipelineNamespace,
    before: works.filter((work) => isOfPipeline(work, name)),
    details,
  };
}

async function deliverDependencies(input: RunInput, progress: RunProgress, deliveries: Deliveries): Promise<void> {
  if (input.owner.type !== 'promise') return;
  const after = dependenciesWork(input);
  if (after === undefined) return;
  const before = progress.works.filter((work) => isOfPipeline(work, undefined));
  deliveries.start(await scheduleWorks(progress, { before, after: [after] }));
}

/** What pipelines before the suspended one brought may lack a Destination still, or be refused by its store. */
async function deliverEarlier(input: RunInput, progress: RunProgress, deliveries: Deliveries): Promise<void> {
  const { plan, owner } = input;
  const pipelines = plan.pipelines[owner.type].configure;
  const earlier = pipelines.slice(0, pipelines.length - pipelinesFrom(input, 'configure').length);
  const works = progress.works.filter((work) => earlier.some(({ name }) => isOfPipeline(work, name)));
  if (works.length === 0 || !patched('resumed-places')) return;
  deliveries.start(await scheduleWorks(progress, { before: works, after: works }));
}

async function removeStale(input: RunInput, progress: RunProgress, deliveries: Deliveries): Promise<void> {
  const { plan, owner } = input;
  const pipelines: (string | undefined)[] = plan.pipelines[owner.type].configure.map(({ name }) => name);
  if (owner.type === 'promise' && plan.dependencies !== undefined) pipelines.push(undefined);
  const stale = progress.works.filter(({ pipeline }) => !pipelines.includes(pipeline));
  if (stale.length === 0) return;
  const scheduled = await scheduleWorks(progress, { before: stale, after: [] });
  progress.works = progress.works.filter(({ pipeline }) => pipelines.includes(pipeline));
  deliveries.start(scheduled);
}
