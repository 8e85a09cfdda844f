import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { clusterSecrets } from '../../activities/secrets/clusterSecrets.js';
import { createInformer } from './informer.js';
import { reconcileRelease } from './promiseReleases.js';
import type { ObjectChange } from './objectStore.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';
import { releaseLabel } from './releasedPromiseObject.js';
import { releaseTimes } from './releaseTimes.js';
import { slimObject } from './slimObject.js';

export function releaseKind(parts: KindParts, intervalMillis: () => number) {
  const queue = kindQueue();
  const changed = ({ key }: ObjectChange) => queue.add(key);
  const releases = createInformer({ ...parts, resource: platformResources.promiseReleases, slim: slimObject, changed });
  const secrets = clusterSecrets(parts.cluster);
  const times = releaseTimes(intervalMillis);
  const again = (name: string, millis: number) => queue.addAfter(name, millis);
  return {
    informers: [releases],
    queue,
    keys: () => releases.list().map(keyOf),
    objectOf: (_context, key) => followedObject(releases, key),
    reconcile: (context, name) => reconcileRelease({ context, releases, secrets, times, again }, name),
    promiseChanged({ metadata }: ClusterObject): void {
      const release = metadata.labels?.[releaseLabel];
      if (release !== undefined) queue.add(release);
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}
