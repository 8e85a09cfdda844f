import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import { toRecord } from '../documents/toRecord.js';
import type { EntityStatus } from '../domain/entity.js';
import type { ControllerContext } from './controllerContext.js';
import { createInformer } from './informer.js';
import type { ObjectChange } from './objectStore.js';
import { reconcilePromise } from './promiseObjects.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue, vanished } from './reconciledKind.js';
import { slimObject } from './slimObject.js';

export function promiseKind(parts: KindParts, told: (promise: ClusterObject) => void) {
  const queue = kindQueue();
  const changed = ({ key, last, own }: ObjectChange) => {
    if (!own) queue.add(key);
    told(last);
  };
  const promises = createInformer({ ...parts, resource: platformResources.promises, slim: slimObject, changed });
  return {
    promises,
    informers: [promises],
    queue,
    keys: () => [vanished, ...promises.list().map(keyOf)],
    objectOf: (_context, key) => followedObject(promises, key),
    async reconcile(context, key) {
      if (key !== vanished) return reconcilePromise(context, key);
      for (const { promise } of await context.entities.claims()) {
        if (promises.get(promise) === undefined) queue.add(promise);
      }
    },
    /** What the platform's operators set is part of every Promise's plan. */
    wakeAll: () => promises.list().forEach((promise) => queue.add(keyOf(promise))),
    /** The end of a definition is the last thing that a deleted Promise waits for; of two that ask for one, both hear. */
    definitionChanged(definition: ClusterObject | undefined): void {
      const promise = definition?.metadata.labels?.[promiseLabel];
      for (const object of promises.list()) {
        const { name } = object.metadata;
        const asksForIt = definition !== undefined && definitionOf(object) === definition.metadata.name;
        if (definition === undefined || asksForIt || name === promise) queue.add(name);
      }
    },
    show(context: ControllerContext, status: EntityStatus): Promise<void> {
      return queue.exclusively(status.name, () => reconcilePromise(context, status.name, status));
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}

/** Name of the definition that a Promise's API is to become. */
function definitionOf({ spec }: ClusterObject): unknown {
  return toRecord(toRecord(spec?.['api'])?.['metadata'])?.['name'];
}
