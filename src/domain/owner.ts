import { fnv1a } from './fnv.js';
import { generatedName } from './generatedName.js';
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

/**
 * Name of the Work of one pipeline; without a pipeline, of the static dependencies (reference, sections 2.8, 3.5). Its five
 * digits are random in Kratix. Here they follow from whose it is, so that whoever comes to it again takes the same, and
 * others whose parts make the same words do not: `redis` for `cluster-a`, `redis-cluster` for `a`.
 */
export function workName({ type, promise, namespace, name }: Owner, pipeline: string | undefined): string {
  const parts = type === 'promise' ? [promise, pipeline ?? 'static-deps'] : [promise, name, pipeline];
  const identity = JSON.stringify([promise, namespace, name, pipeline ?? null]);
  return generatedName(parts.join('-'), fnv1a(identity).toString(16).padStart(8, '0').slice(0, 5));
}
