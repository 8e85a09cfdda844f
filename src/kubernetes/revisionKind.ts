import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { createInformer } from './informer.js';
import type { ObjectChange } from './objectStore.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';
import { reconcileRevision } from './revisionObjects.js';
import { slimObject } from './slimObject.js';

/** PromiseRevisions: made by what shows a Promise, deleted by users. Keys: names. */
export function revisionKind(parts: KindParts) {
  const queue = kindQueue();
  const changed = ({ key }: ObjectChange) => queue.add(key);
  const revisions = createInformer({
    ...parts,
    resource: platformResources.promiseRevisions,
    slim: slimObject,
    changed,
  });
  return {
    revisions,
    informers: [revisions],
    queue,
    keys: () => revisions.list().map(keyOf),
    objectOf: (_context, key) => followedObject(revisions, key),
    reconcile: reconcileRevision,
    /** What a revision that goes may wait for: the end of a binding. */
    wakeLeaving(): void {
      for (const revision of revisions.list()) if (isDeleting(revision)) queue.add(keyOf(revision));
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}
