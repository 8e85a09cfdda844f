import type { EntityStatus } from '../../../src/domain/entity.js';
import type { ArtifactStore } from '../../artifacts/artifactStore.js';
import type { Cluster } from '../cluster.js';
import { platformResources } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import { isDeleting } from './clusterObject.js';
import { makeObject } from './makeObject.js';
import { isCurrentRevision, revisionName, revisionObject } from './revisionObject.js';
import { showStatus } from './showStatus.js';

export interface RevisionProjection {
  readonly cluster: Cluster;
  readonly artifacts: ArtifactStore;
  readonly revisions: ObjectCache;
}

const resource = platformResources.promiseRevisions;

/**
 * Makes a PromiseRevision of every version that the entity knows (reference, section 3.4).
 * @returns names of those that are new
 */
export async function projectRevisions(
  { cluster, artifacts, revisions }: RevisionProjection,
  promise: ClusterObject,
  status: EntityStatus,
): Promise<readonly string[]> {
  const created: string[] = [];
  for (const revision of status.revisions ?? []) {
    const name = revisionName(promise.metadata.name, revision.version);
    const known = revisions.get(name);
    if (known !== undefined && isDeleting(known)) continue;
    const current = known !== undefined && isCurrentRevision(known, promise, revision);
    const object = current
      ? known
      : await makeObject(cluster, resource, revisions, await revisionObject(artifacts, promise, revision));
    if (known === undefined) created.push(name);
    await showStatus(cluster, resource, revisions, object, { latest: revision.latest }, []);
  }
  return created;
}
