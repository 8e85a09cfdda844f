import { kratixApiVersion } from '../../src/documents/pipeline.js';
import { Failure } from '../../src/domain/failure.js';
import { describeOwner } from '../../src/domain/owner.js';
import type { Cluster } from './cluster.js';
import { codeOf } from './clusterFailure.js';
import type { JobPlan } from './jobPlan.js';
import type { OwnerReference } from './objects.js';
import { ownedObjectPath } from './paths.js';
import type { ClusterObject } from './projection/clusterObject.js';

export interface Owned {
  readonly ownerReferences?: readonly OwnerReference[];
}

/** A Promise controls its Jobs; a Resource owns them where it shares their namespace (reference, section 2.4). */
export function ownerOf({ task, namespace }: JobPlan): Owned {
  const { owner, object } = task;
  if (owner.type === 'promise') {
    const controller = { controller: true, blockOwnerDeletion: true };
    const reference = { apiVersion: kratixApiVersion, kind: 'Promise', name: owner.name, uid: object.uid };
    return { ownerReferences: [{ ...reference, ...controller }] };
  }
  if (owner.namespace !== namespace) return {};
  return {
    ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: object.uid }],
  };
}

/**
 * The same, when the owner is there: what belongs to an object that does not exist is taken by Kubernetes' garbage
 * collector, as often as it is made. A deletion still has to run its pipelines, so its Job then belongs to nobody.
 */
export function livingOwner(plan: JobPlan, { exists }: LiveOwner): Owned {
  const owned = ownerOf(plan);
  if (owned.ownerReferences === undefined || exists) return owned;
  const { owner, object, action, pipeline } = plan.task;
  if (action === 'delete') return {};
  const why = `${describeOwner(owner)} with the uid ${object.uid} is not in the cluster, so Kubernetes would remove its Job`;
  throw new Failure('OwnerNotFound', `pipeline "${pipeline}" cannot run: ${why}`, false);
}

/** What the cluster knows of a pipeline's object. */
export interface LiveOwner {
  readonly exists: boolean;
  /** What HealthRecords say of it; pipelines do not overrule it (reference, section 4.2). */
  readonly health?: { readonly healthStatus: unknown };
}

export async function liveOwner(cluster: Cluster, { task: { owner, object } }: JobPlan): Promise<LiveOwner> {
  try {
    const plural = owner.type === 'promise' ? 'promises' : owner.plural;
    const apiVersion = owner.type === 'promise' ? kratixApiVersion : owner.apiVersion;
    const path = ownedObjectPath(apiVersion, plural, owner.namespace, owner.name);
    const { metadata, status } = (await cluster.ask('GET', path)) as ClusterObject;
    if (metadata.uid !== object.uid) return { exists: false };
    const healthStatus = status?.['healthStatus'];
    return { exists: true, ...(healthStatus === undefined ? {} : { health: { healthStatus } }) };
  } catch (thrown) {
    if (codeOf(thrown) === 404) return { exists: false };
    // A worker that may not look takes it for granted, and finds out by losing its Jobs.
    if (codeOf(thrown) === 403) return { exists: true };
    throw thrown;
  }
}
