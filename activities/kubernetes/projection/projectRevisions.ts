import type { EntityStatus } from '../../../src/domain/entity.js';
import type { RevisionSummary } from '../../../src/domain/revision.js';
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

/** Names of revisions. */
export interface ShownRevisions {
  readonly created: readonly string[];
  /** Nobody has what they were any more. */
  readonly lost: readonly string[];
}

type Known = Pick<EntityStatus, 'revisions'>;

const resource = platformResources.promiseRevisions;

/**
 * Makes a PromiseRevision of every version that the entity knows (reference, section 3.4).
 * @param now asks the entity: one that is missing may have been let go since the status was told, and would come back
 */
export async function projectRevisions(
  { cluster, artifacts, revisions }: RevisionProjection,
  promise: ClusterObject,
  status: Known,
  now: () => Promise<Known | undefined>,
): Promise<ShownRevisions> {
  const created: string[] = [];
  const lost: string[] = [];
  for (const revision of status.revisions ?? []) {
    const name = revisionName(promise.metadata.name, revision.version);
    const known = revisions.get(name);
    if (known !== undefined && isDeleting(known)) continue;
    if (known === undefined && !knows(await now(), revision)) continue;
    const object = isCurrentRevision(known, promise, revision)
      ? known
      : await make(await revisionObject(artifacts, promise, revision, known));
    if (object === undefined) lost.push(name);
    else await showStatus(cluster, resource, revisions, object, { latest: revision.latest }, []);
    if (object !== undefined && known === undefined) created.push(name);
  }
  return { created, lost };

  async function make(wanted: Awaited<ReturnType<typeof revisionObject>>): Promise<ClusterObject | undefined> {
    return wanted && makeObject(cluster, resource, revisions, wanted);
  }
}

function knows(status: Known | undefined, { version }: RevisionSummary): boolean {
  return status?.revisions?.some((revision) => revision.version === version) === true;
}
