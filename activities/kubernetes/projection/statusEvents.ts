import type { RequirementStatus } from '../../../src/domain/requirements.js';
import { pipelineEntries } from './pipelineEntries.js';
import type { NewCondition, ObjectCondition } from './statusConditions.js';
import { conditionOf, conditionsOf } from './statusConditions.js';

export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
  /** It is true for as long as it is said, with every look at the object. */
  readonly lasting?: true;
}

type Status = Readonly<Record<string, unknown>>;

/** What the status does not tell. */
export interface EventSource {
  readonly workflow: 'promise' | 'resource';
  /** The pipelines are those of a deletion. */
  readonly deleting: boolean;
  /** It is paused itself, and not by its Promise. */
  readonly paused: boolean;
}

/**
 * What happened between two states of a Promise or a request, in Kratix's words (reference, sections 1.1 and 4.2).
 * Kratix repeats many of its events with every pass (10.1, B48); here each tells of a change.
 */
export function statusEvents(source: EventSource, before: Status, after: Status): ObjectEvent[] {
  const conditions = conditionsOf(after)
    .filter((condition) => hasChanged(conditionOf(before, condition.type), condition))
    .flatMap((condition) => {
      const isFirst = conditionOf(before, condition.type) === undefined;
      return conditionEvents(source, condition, isFirst, after);
    });
  return [...pipelineEvents(source, before, after), ...conditions];
}

export function hasChanged(before: NewCondition | undefined, after: NewCondition): boolean {
  return before?.status !== after.status || before.reason !== after.reason || before.message !== after.message;
}

function conditionEvents(
  source: EventSource,
  { type, status, reason, message }: ObjectCondition,
  isFirst: boolean,
  after: Status,
): ObjectEvent[] {
  const { workflow } = source;
  switch (type) {
    case 'Accepted':
      return status === 'False' ? [warning(reason, message)] : [];
    case 'Available':
      if (status === 'True') return [normal('Available', 'Promise is available')];
      if (isFirst || conditionOf(after, 'RequirementsFulfilled')?.status !== 'False') return [];
      return [warning('Unavailable', 'Promise no longer available: Requirements have changed')];
    case 'RequirementsFulfilled':
      if (status === 'True') return [normal('RequirementsFulfilled', 'All required promises are available')];
      return missingRequirements(reason, after);
    case 'Reconciled':
      if (status === 'True') return [normal('ReconcileSucceeded', 'Successfully reconciled')];
      if (reason === 'FailedPromiseRevisionLookup') return [warning(reason, textOf(after['message']))];
      return standstill(source, reason);
    case 'WorksSucceeded':
      if (status === 'True') return [normal('WorksSucceeded', message)];
      return status === 'False' ? [warning(reason, worksNote(workflow, message))] : [];
    case 'ConfigureWorkflowCompleted':
      if (reason === 'ConfigureWorkflowFailed') return [warning(reason, failedNote(workflow, message))];
      return status === 'True' && workflow === 'promise'
        ? [normal('ConfigureWorkflowCompleted', 'All workflows completed')]
        : [];
    case 'DeleteWorkflowCompleted':
      return reason === 'DeleteWorkflowFailed' ? [warning('Failed Pipeline', message)] : [];
    default:
      return [];
  }
}

/** Paused or suspended: the label says so, and the event says which, and on whom it is (reference, section 4.1, step 2). */
function standstill({ workflow, paused }: EventSource, reason: string): ObjectEvent[] {
  const what = workflow === 'promise' ? 'promise' : 'this resource request';
  const set = (label: string, whose: string) => `'kratix.io/${label}' label set to 'true' for ${whose}`;
  if (reason === 'PausedReconciliation') {
    const by = paused ? what : 'promise';
    const pausing = by === what ? 'pausing reconciliation' : `pausing reconciliation for ${what}`;
    return [warning(reason, `${set('paused', by)}; ${pausing}`)];
  }
  if (reason !== 'WorkflowSuspended') return [];
  return [warning(reason, `${set('workflow-suspended', what)}; skipping reconciliation`)];
}

/** One for each that is missing (reference, section 1.1). */
function missingRequirements(reason: string, { requiredPromises }: Status): ObjectEvent[] {
  const requirements = (Array.isArray(requiredPromises) ? requiredPromises : []) as readonly RequirementStatus[];
  return requirements.flatMap(({ name, state }) => {
    if (state === 'Requirement installed') return [];
    if (state !== 'Requirement not installed')
      return [normal(reason, `Waiting for required Promise ${name}: ${state}`)];
    return [normal(reason, `Required Promise ${name} not installed or unknown state`)];
  });
}

/** A Promise's event has other words than its condition (reference, section 1.1). */
function worksNote(workflow: string, message: string): string {
  if (workflow !== 'promise') return message;
  const names = (list: string) => `[${list.replaceAll(' ', ',')}]`;
  return message.replace('are not ready', 'has failed').replace(/\[(.*)\]$/, (_all, list: string) => names(list));
}

function failedNote(workflow: string, message: string): string {
  return message.replace(/^A Configure Pipeline/, `A ${workflow}/configure Pipeline`);
}

function pipelineEvents({ deleting }: EventSource, before: Status, after: Status): ObjectEvent[] {
  const known = phasesOf(before);
  const started = [...phasesOf(after)].filter(([name, phase]) => {
    const was = known.get(name) ?? 'Pending';
    return phase === 'Running' ? was !== 'Running' : was === 'Pending' && phase !== 'Pending';
  });
  const action = deleting ? 'Delete' : 'Configure';
  return started.map(([name]) => normal('PipelineStarted', `${action} Pipeline started: ${name}`));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function phasesOf(status: Status): Map<string, string> {
  return new Map(pipelineEntries(status).map(({ name, phase }) => [String(name), String(phase)]));
}

export function normal(reason: string, note: string): ObjectEvent {
  return { type: 'Normal', reason, note };
}

export function warning(reason: string, note: string): ObjectEvent {
  return { type: 'Warning', reason, note };
}

/** Of what is wrong at every look, until it is mended. */
export function lastingWarning(reason: string, note: string): ObjectEvent {
  return { ...warning(reason, note), lasting: true };
}
