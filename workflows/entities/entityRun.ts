import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { isCancellation, log, patched, startChild, workflowInfo } from '@temporalio/workflow';
import { runId } from '../../src/domain/ids.js';
import type { Owner } from '../../src/domain/owner.js';
import { describeOwner } from '../../src/domain/owner.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { RunAction, RunInput, RunRecord, RunResult, VerifyScope } from '../../src/domain/run.js';
import { failureDetails, rootFailure } from '../failures.js';
import type { RunDocument, RunStages, Supersede } from '../messages.js';
import { signals } from '../messages.js';
import { kindKey, nameKey, namespaceKey, promiseKey } from '../searchAttributes.js';
import type { Resumption, Suspension } from '../../src/domain/suspension.js';
import { verifyScope } from './comparison.js';
import type { EntityState } from './entity.js';
import { weighChanges } from './entity.js';

/** Runs that an object's status remembers; Kratix keeps five Jobs per pipeline. */
const keptRuns = 10;

export interface RunOrder {
  /** The workflow type of the run. */
  readonly type: 'configureRun' | 'placeRun' | 'repairRun' | 'deleteRun' | 'withdrawRun';
  readonly action: RunAction;
  readonly owner: Owner;
  readonly plan: PromisePlan;
  readonly object: RunInput['object'];
  readonly keepDocuments?: boolean;
  readonly verify?: VerifyScope;
  /** Goes on where this suspension stopped an earlier run. */
  readonly resume?: Resumption;
  readonly resumes?: Suspension;
}

/** The run that mends what a comparison found; nothing when the stores hold what was written. */
export function repairOrder(
  state: EntityState,
  base: Pick<RunOrder, 'owner' | 'plan' | 'object'>,
): RunOrder | undefined {
  if (!state.damaged) return undefined;
  return { ...base, type: 'repairRun', action: 'repair', verify: verifyScope(state) };
}

/** The run that goes on, so that a newer wish can reach it. */
export interface CurrentRun {
  running: boolean;
  /** What a newer wish told the run, which may not have been started yet when it came. */
  superseded?: Supersede;
  /** Digest of the document that its next pipelines are to read. */
  document?: string;
  handle?: ChildWorkflowHandle<Workflow>;
}

export function noRun(): CurrentRun {
  return { running: false };
}

/** What runs is left to end, as in Kratix (reference, section 4.3). Whoever waits should know how not to. */
export const waitsForRun =
  'deletion waits for the pipeline that runs; the label kratix.io/manual-reconciliation=true, or `fulfil reconcile`, stops it';

/** Tells the current run that it is out of date: to go no further, or to stop at once. */
export async function supersede(current: CurrentRun, how: Supersede = { atOnce: false }): Promise<void> {
  current.superseded = how;
  await tellRun(current, signals.supersede, how);
}

/** Tells the current run which labels and annotations its next pipelines are to see (reference, section 2.7). */
export async function relabelRun(current: CurrentRun, document: string): Promise<void> {
  // Who is superseded ends with what it began with.
  if (!current.running || current.superseded !== undefined || !patched('labels-during-runs')) return;
  current.document = document;
  await tellRun(current, signals.relabelled, { document });
}

async function tellRun({ handle }: CurrentRun, signal: string, news: Supersede | RunDocument): Promise<void> {
  try {
    await handle?.signal<[typeof news]>(signal, news);
  } catch (error) {
    log.debug('the run ended before it could be told', { signal, error: String(error) });
  }
}

/** Takes over what a run that goes on has done so far. */
export function noteStages(state: EntityState, { run, stages }: RunStages): void {
  state.runs = state.runs.map((known) =>
    known.id === run && known.outcome === 'Running' ? { ...known, stages } : known,
  );
}

/** Starts one run as a child, waits for it and takes over what it brought; a failure is a result too. */
export async function conductEntityRun(
  state: EntityState,
  current: CurrentRun,
  order: RunOrder,
  project: () => Promise<void>,
): Promise<RunResult & { readonly type?: string }> {
  const number = state.nextRun;
  state.nextRun += 1;
  const id = runId(workflowInfo().workflowId, number);
  const record: RunRecord = {
    id,
    number,
    action: order.action,
    generation: state.generation,
    promiseGeneration: order.plan.generation,
    startedAt: new Date().toISOString(),
    outcome: 'Running',
    message: '',
    stages: order.resume?.stages ?? [],
  };
  state.runs = [record, ...state.runs].slice(0, keptRuns);
  current.running = true;
  if (order.action === 'configure') delete state.statusMessage;
  delete current.superseded;
  current.document = order.object.document;
  // Whoever looks at it shall see that it runs, but it need not wait for that.
  const [result] = await Promise.all([attempt(state, current, order, id), project()]);
  current.running = false;
  state.works = result.works;
  state.leftovers = result.leftovers;
  weighChanges(state);
  if (result.details !== undefined) state.details = result.details;
  if (result.statusMessage !== undefined) state.statusMessage = result.statusMessage;
  const { outcome, message, stages } = result;
  const finished = { ...record, finishedAt: new Date().toISOString(), outcome, message, stages };
  state.runs = state.runs.map((known) => (known.number === number ? finished : known));
  return result;
}

async function attempt(
  state: EntityState,
  current: CurrentRun,
  order: RunOrder,
  id: string,
): Promise<RunResult & { readonly type?: string }> {
  const { owner, plan, object, keepDocuments, verify, resume } = order;
  const { works, leftovers } = state;
  const shown = state.projection !== undefined;
  const goesOn = { keepDocuments, verify, resume, shown, awaitsEnds: true } as const;
  const input: RunInput = { run: id, owner, plan, object, works, leftovers, ...goesOn };
  try {
    const handle = await startChild<(input: RunInput) => Promise<RunResult>>(order.type, {
      workflowId: id,
      args: [input],
      // An entity that somebody terminates takes its run along; containers then stop by cancellation.
      parentClosePolicy: 'REQUEST_CANCEL',
      staticSummary: `${order.action} ${describeOwner(owner)}, generation ${state.generation}`,
      typedSearchAttributes: [
        { key: kindKey, value: 'Run' },
        { key: promiseKey, value: owner.promise },
        { key: namespaceKey, value: owner.namespace },
        { key: nameKey, value: owner.name },
      ],
    });
    current.handle = handle;
    const { document } = current;
    if (document !== undefined && document !== object.document)
      await tellRun(current, signals.relabelled, { document });
    if (current.superseded !== undefined) await supersede(current, current.superseded);
    return await handle.result();
  } catch (thrown) {
    return failedResult(state, owner, thrown);
  } finally {
    delete current.handle;
  }
}

function failedResult(state: EntityState, owner: Owner, thrown: unknown): RunResult & { readonly type: string } {
  const { type, message } = rootFailure(thrown);
  const line = message.startsWith(describeOwner(owner)) ? message : `${describeOwner(owner)}: run ${message}`;
  const known = isCancellation(thrown) ? undefined : failureDetails(thrown);
  const partial = isRunResult(known)
    ? known
    : { works: state.works, leftovers: state.leftovers, unscheduled: [], stages: [], ofWrites: false };
  return { ...partial, outcome: 'Failed', message: line, type };
}

function isRunResult(value: unknown): value is RunResult {
  return typeof value === 'object' && value !== null && 'works' in value && 'leftovers' in value && 'stages' in value;
}
