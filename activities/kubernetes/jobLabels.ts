import type { JobPlan } from './jobPlan.js';
import type { Job } from './objects.js';

export const managedBy = { 'app.kubernetes.io/managed-by': 'Kratix' } as const;

/** The annotation that tells a Job's run apart from any other; the label's 63 characters would not hold it. */
export const keyAnnotation = 'fulfil.io/key';
/** Name of the Secret with which this Job's pods fetch and send. */
export const secretAnnotation = 'fulfil.io/secret';
/** The run as people know it. */
export const runAnnotation = 'fulfil.io/run';

/** Labels of Job and Pod; the Pipeline's own win (reference, section 2.4). */
export function jobLabels({ task, pipeline, ownNamespace, hash }: JobPlan): Record<string, string> {
  const { owner } = task;
  return {
    ...managedBy,
    'kratix.io/promise-name': owner.promise,
    'kratix.io/workflow-type': owner.type,
    'kratix.io/workflow-action': task.action,
    'kratix.io/pipeline-name': task.pipeline,
    'kratix.io/hash': hash,
    ...(owner.type === 'resource' && { 'kratix.io/resource-name': owner.name }),
    ...(owner.type === 'resource' && ownNamespace && { 'kratix.io/resource-namespace': owner.namespace }),
    ...pipeline.metadata.labels,
  };
}

/** The object to wake when the Job changes (reference, section 0.4), and ours. */
export function jobAnnotations({ task, key }: JobPlan, secret: string): Record<string, string> {
  const { owner } = task;
  return {
    'kratix.io/job-resource-namespace': owner.namespace,
    'kratix.io/job-resource-name': owner.name,
    'kratix.io/job-resource-kind': owner.kind,
    'kratix.io/job-resource-api-version': owner.apiVersion,
    [runAnnotation]: task.run,
    [keyAnnotation]: key,
    [secretAnnotation]: secret,
  };
}

export interface JobObject {
  readonly kind: string;
  readonly name: string;
  /** Not compared when it is absent. */
  readonly namespace?: string;
}

/** Whether a Job is an object's, by annotation: labels may be the Pipeline's own, and name no kind. */
export function isJobOf({ kind, name, namespace }: JobObject, { metadata }: Job): boolean {
  const annotation = (key: string) => metadata.annotations?.[`kratix.io/job-resource-${key}`];
  if (annotation('kind') !== kind || annotation('name') !== name) return false;
  return namespace === undefined || annotation('namespace') === namespace;
}
