import type { WorkflowType } from './plan.js';

/** The object whose pipelines run: a Promise or a request for a Resource. */
export interface Owner {
  readonly type: WorkflowType;
  readonly promise: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Empty for a Promise, which is cluster-scoped. */
  readonly namespace: string;
  readonly name: string;
}

/** `Promise jenkins`, `jenkins default/example` */
export function describeOwner(owner: Owner): string {
  return owner.namespace === '' ? `${owner.kind} ${owner.name}` : `${owner.kind} ${owner.namespace}/${owner.name}`;
}

/** Name of the Work of one pipeline; without a pipeline, of the static dependencies (reference, sections 2.8, 3.5). */
export function workName(owner: Owner, pipeline: string | undefined): string {
  if (pipeline === undefined) return `${owner.promise}-static-deps`;
  return owner.type === 'promise' ? `${owner.promise}-${pipeline}` : `${owner.promise}-${owner.name}-${pipeline}`;
}
