import { pipelineEntries } from './pipelineEntries.js';
import type { NewCondition, ObjectCondition } from './statusConditions.js';
import { conditionOf, conditionsOf } from './statusConditions.js';

export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

type Status = Readonly<Record<string, unknown>>;

/**
 * What happened between two states of a Promise or a request, in Kratix's words (reference, sections 1.1 and 4.2).
 * Kratix repeats many of its events with every pass (10.1, B48); here each tells of a change.
 */
export function statusEvents(workflow: 'promise' | 'resource', before: Status, after: Status): ObjectEvent[] {
  const conditions = conditionsOf(after)
    .filter((condition) => hasChanged(conditionOf(before, condition.type), condition))
    .flatMap((condition) => {
      const isFirst = conditionOf(before, condition.type) === undefined;
      return conditionEvents(workflow, condition, isFirst);
    });
  return [...pipelineEvents(before, after), ...conditions];
}

export function hasChanged(before: NewCondition | undefined, after: NewCondition): boolean {
  return before?.status !== after.status || before.reason !== after.reason || before.message !== after.message;
}

function conditionEvents(
  workflow: string,
  { type, status, reason, message }: ObjectCondition,
  isFirst: boolean,
): ObjectEvent[] {
  switch (type) {
    case 'Accepted':
      return status === 'False' ? [warning(reason, message)] : [];
    case 'Available':
      if (status === 'True') return [normal('Available', 'Promise is available')];
      return isFirst ? [] : [warning('Unavailable', 'Promise no longer available')];
    case 'RequirementsFulfilled':
      if (status === 'True') return [normal('RequirementsFulfilled', 'All required promises are available')];
      return [normal(reason, message)];
    case 'Reconciled':
      if (status === 'True') return [normal('ReconcileSucceeded', 'Successfully reconciled')];
      return standstill(workflow, reason);
    case 'WorksSucceeded':
      if (status === 'True') return [normal('WorksSucceeded', message)];
      return status === 'False' ? [warning(reason, message)] : [];
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

/** Paused or suspended: the label says so, and the event says which. */
function standstill(workflow: string, reason: string): ObjectEvent[] {
  const what = workflow === 'promise' ? 'promise' : 'this resource request';
  const set = (label: string) => `'kratix.io/${label}' label set to 'true' for ${what}`;
  if (reason === 'PausedReconciliation') return [warning(reason, `${set('paused')}; pausing reconciliation`)];
  if (reason === 'WorkflowSuspended') return [warning(reason, `${set('workflow-suspended')}; skipping reconciliation`)];
  return [];
}

function failedNote(workflow: string, message: string): string {
  return message.replace(/^A Configure Pipeline/, `A ${workflow}/configure Pipeline`);
}

function pipelineEvents(before: Status, after: Status): ObjectEvent[] {
  const known = phasesOf(before);
  const started = [...phasesOf(after)].filter(([name, phase]) => {
    const was = known.get(name) ?? 'Pending';
    return phase === 'Running' ? was !== 'Running' : was === 'Pending' && phase !== 'Pending';
  });
  return started.map(([name]) => normal('PipelineStarted', `Configure Pipeline started: ${name}`));
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
