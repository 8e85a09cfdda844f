import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { reconcileBinding } from './bindingObjects.js';
import { createInformer } from './informer.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';
import { slimObject } from './slimObject.js';

/** ResourceBindings: made by what shows a request, changed by users. Keys: `default/example-jenkins-1a2b3`. */
export function bindingKind(parts: KindParts, ended: (binding: ClusterObject) => void) {
  const queue = kindQueue();
  const bindings = createInformer({
    ...{ ...parts, resource: platformResources.resourceBindings, slim: slimObject },
    changed({ key, object, last, own }) {
      if (!own) queue.add(key);
      if (object === undefined) ended(last);
    },
  });
  return {
    bindings,
    informers: [bindings],
    queue,
    keys: () => bindings.list().map(keyOf),
    objectOf: (_context, key) => followedObject(bindings, key),
    reconcile: reconcileBinding,
  } satisfies ReconciledKind & Record<string, unknown>;
}
