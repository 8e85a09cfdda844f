import type { ClusterObject } from './clusterObject.js';
import { ownedConditions, ownedStatus } from './ownedStatus.js';
import { conditionsOf } from './statusConditions.js';

/** What we keep of a request's status ourselves, or leave to others (reference, section 4.2). */
const ourFields = new Set([
  ...['message', 'observedGeneration', 'conditions', 'kratix', 'healthStatus'],
  ...['workflows', 'workflowsSucceeded', 'workflowsFailed'],
  ...['promiseVersion', 'resourceBindingVersion', 'lastSuccessfulConfigureWorkflowTime'],
]);
const ourConditions = new Set([
  ...['Accepted', 'PromiseAvailable', 'Reconciled', 'WorksSucceeded'],
  ...['ConfigureWorkflowCompleted', 'DeleteWorkflowCompleted'],
]);

/**
 * What pipelines wrote in status.yaml, as far as a request shows it: the object is its only place when an entity is lost
 * (the inverse of `requestStatus`). Undefined when there is nothing.
 */
export function writtenStatus(object: ClusterObject): Readonly<Record<string, unknown>> | undefined {
  const { status = {} } = object;
  const fields = ownedStatus(object).filter((key) => !ourFields.has(key) && status[key] !== undefined);
  const types = ownedConditions(object).filter((type) => !ourConditions.has(type));
  const conditions = conditionsOf(status).filter(({ type }) => types.includes(type));
  if (fields.length === 0 && conditions.length === 0) return undefined;
  const written = Object.fromEntries(fields.map((key) => [key, status[key]]));
  return conditions.length === 0 ? written : { ...written, conditions };
}
