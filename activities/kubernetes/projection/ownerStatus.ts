import { toRecord } from '../../../src/documents/toRecord.js';
import type { EntityStatus } from '../../../src/domain/entity.js';
import { standsStill } from '../../../src/domain/phase.js';
import { objectStatus } from '../../../src/domain/objectStatus.js';
import type { ClusterObject } from './clusterObject.js';
import type { NewCondition, ObjectCondition } from './statusConditions.js';
import { pipelineEntries, workflowsOf } from './pipelineEntries.js';
import { refused } from './refusal.js';
import { asConditions, conditionsOf, timed, unless, wholeSeconds } from './statusConditions.js';
import { untakenStatus } from './untakenStatus.js';

export interface OwnerSource {
  readonly object: ClusterObject;
  /** Absent for an object that was never taken. */
  readonly status?: EntityStatus;
  /** Digest of what the object asks for now; absent when it was refused. */
  readonly document?: string;
  /** Why the object as it is now cannot be taken. */
  readonly refusal?: string;
  /** What keeps anything from being done about the object as it is now. */
  readonly waits?: string;
  /** What pipelines wrote in status.yaml. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly now: string;
}

type TakenSource = OwnerSource & Required<Pick<OwnerSource, 'status'>>;

export type Shown = Readonly<Record<string, unknown>>;

/** `.status` of a request (reference, section 4.2): what we keep, and what pipelines wrote laid over it. */
export function requestStatus(source: OwnerSource): Shown {
  const { status, details = {}, object, now } = source;
  if (status === undefined) return untakenStatus(source);
  const { kratix, conditions, ...shown } = commonStatus({ ...source, status }, 'Resource requested');
  // What HealthRecords say is shown by another field manager, and pipelines do not overrule it.
  const { conditions: written, kratix: _ours, healthStatus: _theirs, message: said, ...rest } = details;
  const all = timed([...unless(conditions, written), ...asConditions(written)], object.status, now);
  const since = completedSince(all, object);
  return defined({
    ...shown,
    promiseVersion: status.binding?.lastApplied,
    resourceBindingVersion: status.binding?.version,
    lastSuccessfulConfigureWorkflowTime: since,
    kratix: { workflows: defined({ ...kratix, lastSuccessfulConfigureWorkflowTime: since }) },
    ...rest,
    message: isWhole(said, shown.message, status) ? said : shown.message,
    conditions: all,
  });
}

/** `.status` of a Promise (reference, section 1.1); its pipelines may write `message` only. */
export function promiseStatus(source: OwnerSource): Shown {
  const { object, status, now } = source;
  if (status === undefined) return untakenPromise(source);
  const { kratix, conditions, ...shown } = commonStatus({ ...source, status }, 'Promise configured');
  const available = conditions.find(({ type }) => type === 'Available') ?? unavailable;
  const twice = defined({
    ...apiOf(object),
    version: status.version,
    status: available.status === 'True' ? 'Available' : 'Unavailable',
    lastAvailableTime: availableSince(object, available),
  });
  const all = [...conditions.filter(({ type }) => type !== 'Available'), available];
  return defined({
    ...shown,
    ...twice,
    requiredPromises: status.requirements,
    requiredBy: status.requiredBy?.map(({ name, version, requiredVersion }) =>
      defined({ promise: defined({ name, version }), requiredVersion }),
    ),
    kratix: { ...twice, workflows: kratix },
    conditions: timed(all, object.status, now),
  });
}

function untakenPromise(source: OwnerSource): Shown {
  const { object, now } = source;
  const kept = untakenStatus(source);
  const twice = { ...apiOf(object), status: 'Unavailable' };
  const others = conditionsOf(kept).filter(({ type }) => type !== 'Available');
  const conditions = timed([...others, unavailable], object.status, now);
  return { ...kept, ...twice, kratix: { ...toRecord(kept['kratix']), ...twice }, conditions };
}

const completedType = 'ConfigureWorkflowCompleted';

function isCompleted({ conditions }: EntityStatus): boolean {
  return conditions.some(({ type, status }) => type === completedType && status === 'True');
}

/** When the pipelines were last done, whatever became of them since (reference, section 4.1, step 16). */
function completedSince(conditions: readonly ObjectCondition[], { status: shown }: ClusterObject): string | undefined {
  const completed = conditions.find(({ type, status }) => type === completedType && status === 'True');
  if (completed !== undefined) return completed.lastTransitionTime;
  const known = shown?.['lastSuccessfulConfigureWorkflowTime'];
  return typeof known === 'string' ? known : undefined;
}

/** An entity keeps the beginning of a pipeline's message, its details all of it. */
function isWhole(said: unknown, shown: string, { statusMessage }: EntityStatus): said is string {
  return typeof said === 'string' && shown === statusMessage && said.startsWith(shown);
}

const unavailable: NewCondition = {
  type: 'Available',
  status: 'False',
  reason: 'PromiseUnavailable',
  message: 'Cannot fulfil resource requests',
};

function availableSince(object: ClusterObject, { status, lastTransitionTime }: NewCondition): string | undefined {
  if (status === 'True' && lastTransitionTime !== undefined) return wholeSeconds(lastTransitionTime);
  const known = object.status?.['lastAvailableTime'];
  return typeof known === 'string' ? known : undefined;
}

function commonStatus({ object, status, document, refusal, waits, now }: TakenSource, done: string) {
  const { kratix, workflows, workflowsSucceeded, workflowsFailed } = objectStatus({ ...status, observedGeneration: 0 });
  const refusing = refusal === undefined ? [] : refused(refusal);
  const conditions: NewCondition[] = [...unless(status.conditions, refusing), ...refusing];
  return {
    message: refusal ?? waits ?? messageOf(status, done),
    observedGeneration: observedGeneration(object, status, document),
    workflows,
    workflowsSucceeded,
    workflowsFailed,
    kratix: timedPipelines({ kratix }, object, now),
    conditions,
  };
}

/** The time of a pipeline moves when its phase does (reference, section 1.1). */
function timedPipelines(wanted: unknown, { status }: ClusterObject, now: string): Record<string, unknown> {
  const known = pipelineEntries(status);
  const pipelines = pipelineEntries(wanted).map((pipeline) => {
    const { phase, lastTransitionTime } = known.find(({ name }) => name === pipeline['name']) ?? {};
    const since = phase === pipeline['phase'] && typeof lastTransitionTime === 'string' ? lastTransitionTime : now;
    return { ...pipeline, lastTransitionTime: wholeSeconds(since) };
  });
  return { ...workflowsOf(wanted), pipelines };
}

/** Why it does not get on is worth more to a user than Kratix's `Pending`. */
function messageOf(status: EntityStatus, done: string): string {
  if (status.deleting || status.phase === 'Failed' || standsStill(status.phase)) return status.message;
  return status.statusMessage ?? (status.phase === 'Ready' ? done : 'Pending');
}

/** The object's own generation, when pipelines are done with what it asks for (reference, section 4.1, step 16). */
function observedGeneration(object: ClusterObject, status: EntityStatus, document: string | undefined) {
  const observed = status.document === document && status.observedGeneration === status.generation;
  return observed && isCompleted(status) ? object.metadata.generation : object.status?.['observedGeneration'];
}

/** Kind and apiVersion of the API, the latter in lower case (reference, section 1.1). */
function apiOf({ spec }: ClusterObject): { readonly kind?: string; readonly apiVersion?: string } {
  const api = toRecord(toRecord(spec?.['api'])?.['spec']);
  const versions = api?.['versions'];
  const kind = toRecord(api?.['names'])?.['kind'];
  if (api === undefined || !Array.isArray(versions) || typeof kind !== 'string') return {};
  const all = versions.map(toRecord);
  const version = all.find((each) => each?.['storage'] === true) ?? all[0];
  return { kind, apiVersion: `${String(api['group'])}/${String(version?.['name'])}`.toLowerCase() };
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null));
}
