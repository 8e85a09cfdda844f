import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import {
  apiVersionOf,
  collectionPath,
  objectPath,
  platformResources,
} from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ReleasedPromise } from '../documents/releasedPromise.js';
import { Failure } from '../domain/failure.js';
import { liveObject } from './controllerContext.js';

const { promises, promiseReleases } = platformResources;

/** Which release a Promise is installed by. */
export const releaseLabel = 'kratix.io/promise-release-name';

/** Creates the Promise of a release or brings it up to date; one that stands there without an owner is taken over. */
export async function installReleasedPromise(
  cluster: Cluster,
  release: ClusterObject,
  promise: ReleasedPromise,
): Promise<void> {
  const live = await liveObject({ cluster }, promises, promise.metadata);
  const owner = live?.metadata.labels?.[releaseLabel];
  if (owner !== undefined && owner !== release.metadata.name) {
    throw new Failure('Refused', `Promise ${promise.metadata.name} belongs to PromiseRelease ${owner}`, true);
  }
  const wanted = wantedPromise(release, promise, live);
  if (live === undefined) await cluster.ask('POST', collectionPath(promises), { body: wanted });
  else if (!isDeepStrictEqual(wanted, live)) {
    await cluster.ask('PUT', objectPath(promises, live.metadata), { body: wanted });
  }
}

/** The spec is replaced; labels and annotations are merged, the document's winning (reference, section 3.8). */
function wantedPromise(
  release: ClusterObject,
  { apiVersion, kind, metadata, spec }: ReleasedPromise,
  live: ClusterObject | undefined,
): ClusterObject {
  const { labels, annotations, ownerReferences = [] } = live?.metadata ?? {};
  const { name, uid = '' } = release.metadata;
  const reference = { apiVersion: apiVersionOf(promiseReleases), kind: promiseReleases.kind, name, uid };
  const owned = ownerReferences.some((owner) => owner.uid === uid);
  return {
    ...{ apiVersion, kind },
    ...live,
    metadata: {
      name: metadata.name,
      ...live?.metadata,
      labels: { ...labels, ...metadata.labels, [releaseLabel]: name },
      ...((annotations ?? metadata.annotations) && { annotations: { ...annotations, ...metadata.annotations } }),
      ownerReferences: owned
        ? ownerReferences
        : [...ownerReferences, { ...reference, controller: true, blockOwnerDeletion: true }],
    },
    spec,
  };
}
