/** Every workflow id, in one place; an id reads like its object. */

export const destinationsId = 'destinations';
export const promisesId = 'promises';
/** Of the schedule, too; Temporal adds the time to it. */
export const sweepId = 'sweep-artifacts';

export function promiseId(name: string): string {
  return `promise/${name}`;
}

export function resourceId(promise: string, namespace: string, name: string): string {
  return `resource/${promise}/${namespace}/${name}`;
}

/** The Promise of a Promise's, a Resource's or a run's id. */
export function promiseOf(id: string): string {
  return id.split('/')[1] ?? '';
}

/** `resource/jenkins/default/example/run-3` */
export function runId(entity: string, run: number): string {
  return `${entity}/run-${run}`;
}

/** `installPromise/jenkins/1f2e3d4c`: the same document asked for twice is the same operation while it runs. */
export function operationId(operation: string, object: string, digest: string): string {
  return `${operation}/${object}/${digest.slice(0, 8)}`;
}
