import type { EntityStatus } from '../../../src/domain/entity.js';
import { workNamespace } from '../../../src/domain/layout.js';
import type { Work } from '../../../src/domain/work.js';
import type { ArtifactStore } from '../../artifacts/artifactStore.js';
import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import { platformResources } from './apiResource.js';
import type { ClusterMeta, ClusterObject, ObjectCache } from './clusterObject.js';
import { isDeleting, keyOf, objectKey } from './clusterObject.js';
import { deleteObject } from './clusterWrites.js';
import type { EventRecorder } from './eventRecorder.js';
import { makeObject } from './makeObject.js';
import { isOurs } from './ownFields.js';
import type { NewCondition } from './statusConditions.js';
import { showStatus } from './showStatus.js';
import { conditionsOf } from './statusConditions.js';
import { placementObject, placementStatus } from './workPlacementObject.js';
import { ownerAnnotation, sourceAnnotation, workObject, workStatus } from './workObject.js';
import type { ReportedEvent } from './workEvents.js';
import { placementEvents, workEvents } from './workEvents.js';
import type { Workload } from './workloads.js';
import { workloadsOf } from './workloads.js';

export interface WorkProjection {
  readonly cluster: Cluster;
  readonly artifacts: ArtifactStore;
  readonly works: ObjectCache;
  readonly placements: ObjectCache;
  readonly record: EventRecorder;
}

type Wanted = { readonly metadata: ClusterMeta; readonly spec: unknown };

const { works: workResource, workPlacements: placementResource } = platformResources;

/**
 * Makes an object's Works and WorkPlacements what its entity knows, and writes only what differs.
 * @param unshown hears why a Work could not be shown, and throws what the others must not be shown without
 */
export async function projectWorks(
  parts: WorkProjection,
  owner: ClusterObject,
  status: EntityStatus,
  unshown: (thrown: unknown) => Promise<void>,
): Promise<void> {
  for (const work of status.works) {
    // The cluster has a recovered one as it was, and knows more of it. What goes is not made again: a namespace that goes
    // too takes nothing new, and its Works are often gone before the request.
    if (work.recovered !== true && !isDeleting(owner)) await projectWork(parts, { work, status, owner }).catch(unshown);
  }
  const wanted = new Set(status.works.map((work) => objectKey(workNamespace(work), work.name)));
  for (const work of worksOf(parts.works, owner)) {
    if (!wanted.has(keyOf(work)) && !isDeleting(work)) await deleteWork(parts, work);
  }
}

/** A Work with its WorkPlacements: Kubernetes' garbage collector learns of new kinds after half a minute only. */
export async function deleteWork(
  { cluster, placements }: Pick<WorkProjection, 'cluster' | 'placements'>,
  work: ClusterObject,
): Promise<void> {
  await deleteObject(cluster, workResource, work);
  for (const placement of worksOf(placements, work)) {
    if (!isDeleting(placement)) await deleteObject(cluster, placementResource, placement);
  }
}

/** The Works that are an object's, by its uid: names of objects come back, uids do not. */
export function worksOf(cache: ObjectCache, owner: ClusterObject): readonly ClusterObject[] {
  const { uid } = owner.metadata;
  return cache
    .list()
    .filter(
      ({ metadata: { ownerReferences, annotations } }) =>
        ownerReferences?.some((reference) => reference.uid === uid) || annotations?.[ownerAnnotation] === uid,
    );
}

async function projectWork(
  parts: WorkProjection,
  source: { readonly work: Work; readonly status: EntityStatus; readonly owner: ClusterObject },
): Promise<void> {
  const { work } = source;
  // Read once and only when an object has to be written.
  let loaded: ReturnType<typeof workloadsOf> | undefined;
  const load = () => (loaded ??= workloadsOf(parts.artifacts, work));
  const known = parts.works.get(objectKey(workNamespace(work), work.name));
  const owner =
    known !== undefined && isMadeFrom(known, workObject(source, noDocuments))
      ? known
      : await makeObject(parts.cluster, workResource, parts.works, workObject(source, (await load()).bySnapshot));
  const placements = await Promise.all(
    work.placements.map(async (placement) => {
      const key = objectKey(workNamespace(work), placement.name);
      const found = parts.placements.get(key);
      const seed = { work, placement, owner };
      const object =
        found !== undefined && isMadeFrom(found, placementObject(seed, noDocuments))
          ? found
          : await makeObject(
              parts.cluster,
              placementResource,
              parts.placements,
              placementObject(seed, (await load()).bySnapshot),
            );
      const shown = placementStatus(seed);
      const { versionID, conditions } = shown;
      await showStatus(parts.cluster, placementResource, parts.placements, object, { versionID }, conditions);
      await tell(parts, placementResource, object, placementEvents(placement, object.status, shown));
      return key;
    }),
  );
  for (const placement of worksOf(parts.placements, owner)) {
    if (placements.includes(keyOf(placement)) || isDeleting(placement)) continue;
    await deleteObject(parts.cluster, placementResource, placement);
  }
  const { counts, conditions } = workStatus(work);
  const tooLarge = loaded === undefined ? leftOut(owner) : omission((await loaded).tooLarge);
  await showStatus(parts.cluster, workResource, parts.works, owner, counts, [...conditions, ...tooLarge]);
  await tell(parts, workResource, owner, workEvents(work, owner.status, conditions));
}

async function tell(
  { record }: WorkProjection,
  resource: ApiResource,
  object: ClusterObject,
  events: readonly ReportedEvent[],
): Promise<void> {
  for (const { reporter, ...event } of events) await record(reporter, resource, object, [event]);
}

const noDocuments: ReadonlyMap<string, readonly Workload[]> = new Map();

/** An object that is as we made it: what it was made from, and that nobody has edited it since. */
function isMadeFrom(object: ClusterObject, wanted: Wanted): boolean {
  const source = wanted.metadata.annotations?.[sourceAnnotation];
  return object.metadata.annotations?.[sourceAnnotation] === source && isOurs(object, wanted);
}

const omitted = 'WorkloadsOmitted';

function omission(bytes: number | undefined): NewCondition[] {
  if (bytes === undefined) return [];
  const message = `${bytes} bytes of documents are more than an object can carry; the state store has them all`;
  return [{ type: omitted, status: 'True', reason: 'TooLarge', message }];
}

function leftOut({ status }: ClusterObject): NewCondition[] {
  return conditionsOf(status).filter(({ type }) => type === omitted);
}
