import type { AdmissionDependencies } from '../../activities/admission/prepare.js';
import type { WorkProjection } from '../../activities/kubernetes/projection/projectWorks.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { objectPath } from '../../activities/kubernetes/projection/apiResource.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';
import type { Shown } from '../../workflows/messages.js';
import type { EntityStatus } from '../domain/entity.js';
import { Failure } from '../domain/failure.js';
import type { Informer } from './informer.js';
import type { ServedApi } from './servedApis.js';
import type { StoreSecrets } from './storeSecrets.js';

/** What everything in the controller works with, for as long as it leads. */
export interface ControllerContext extends AdmissionDependencies, WorkProjection {
  /** Task queue of the projections: entities that name it are shown here. */
  readonly queue: string;
  readonly promises: Informer;
  readonly definitions: Informer;
  readonly revisions: Informer;
  readonly bindings: Informer;
  readonly destinations: Informer;
  readonly bucketStateStores: Informer;
  readonly gitStateStores: Informer;
  /** Is it still the cluster that this process began with? A new one without objects says nothing about the old one's. */
  readonly sameCluster: () => Promise<boolean>;
  readonly apis: { ofPromise(promise: string): ServedApi | undefined; list(): readonly ServedApi[] };
  readonly secrets: StoreSecrets;
  /** Of requests that this process has stored again, and digests of older revisions that it has seen to be there. */
  readonly stored: Set<string>;
  /** Has things looked at again, soon. */
  readonly wake: {
    promise(name: string): void;
    /** Remembers a request until its Promise is there to take it. */
    whenOffered(api: ServedApi, key: string): void;
    /** Requests that wait for their Promise, or were refused by an older one. */
    requestsOf(promise: string): void;
    request(api: ServedApi, key: string): void;
    binding(key: string): void;
    registered(): void;
  };
}

/** What an entity has to know of the object in the cluster. */
export function shownAs({ queue }: ControllerContext, { metadata }: ClusterObject): Shown {
  return { projection: queue, uid: metadata.uid, createdAt: metadata.creationTimestamp };
}

/** Whether an entity that is to stay is this very object's, and not a namesake's from before. */
export function isOf(context: ControllerContext, object: ClusterObject, status: EntityStatus | undefined) {
  return status?.projection === context.queue && status.uid === object.metadata.uid && !status.deleting;
}

/** The line for the author of a document that cannot be taken; anything else is thrown on, to be tried again. */
export function refusalOf(thrown: unknown): string {
  if (!(thrown instanceof Failure) || thrown.retryable) throw thrown;
  return thrown.message;
}

/** The object as the API server has it at this moment. */
export async function liveObject(
  { cluster }: Pick<ControllerContext, 'cluster'>,
  resource: ApiResource,
  identity: { readonly name: string; readonly namespace?: string },
): Promise<ClusterObject | undefined> {
  const found = await cluster.ask('GET', objectPath(resource, identity)).catch(unless(404));
  return found as ClusterObject | undefined;
}
