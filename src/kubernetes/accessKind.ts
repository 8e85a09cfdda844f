import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import { createInformer } from './informer.js';
import { reconcileAccess } from './promiseAccess.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';

const clusterRoles: ApiResource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
};

/** What may be done with each Promise's API, and by whom. Keys are Promises. */
export function accessKind(parts: KindParts, promises: () => readonly ClusterObject[]) {
  const queue = kindQueue();
  const wake = ({ metadata }: ClusterObject) => {
    const promise = metadata.labels?.[promiseLabel];
    if (promise !== undefined) queue.add(promise);
  };
  const roles = createInformer({
    ...{ ...parts, resource: clusterRoles, labelSelector: promiseLabel },
    changed: ({ last }) => wake(last),
  });
  return {
    informers: [roles],
    queue,
    /** Those that have roles, and those that were refused them. */
    keys() {
      const handedOut = roles.list().flatMap(({ metadata }) => metadata.labels?.[promiseLabel] ?? []);
      return [...new Set([...handedOut, ...promises().map(({ metadata }) => metadata.name)])];
    },
    objectOf: (context, promise) => followedObject(context.promises, promise),
    reconcile: (context, promise) => reconcileAccess(context, roles, promise),
    definitionChanged: wake,
    /** One that is gone leaves what its pipelines were given. */
    promiseChanged: ({ metadata }: ClusterObject) => queue.add(metadata.name),
  } satisfies ReconciledKind & Record<string, unknown>;
}
