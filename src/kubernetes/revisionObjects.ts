import { storedPromise } from '../../activities/admission/prepare.js';
import { planPromise } from '../../activities/admission/promisePlan.js';
import { getJson } from '../../activities/artifacts/artifactStore.js';
import { unlessLost } from '../../activities/artifacts/unlessLost.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { isDeleting, keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { metadataAnnotation, revisionFinalizer } from '../../activities/kubernetes/projection/revisionObject.js';
import { sourceAnnotation } from '../../activities/kubernetes/projection/workObject.js';
import type { BoundRequest } from '../../activities/kubernetes/projection/projectBinding.js';
import { showStatus } from '../../activities/kubernetes/projection/showStatus.js';
import { intervalAnnotation, versionLabel } from '../documents/metadata.js';
import { kratixApiVersion } from '../documents/pipeline.js';
import { checkPromise } from '../documents/promise.js';
import { toRecord } from '../documents/toRecord.js';
import type { EntityStatus } from '../domain/entity.js';
import { promiseId } from '../domain/ids.js';
import type { RevisionSummary } from '../domain/revision.js';
import { unversioned } from '../domain/revision.js';
import { waitingForResources } from '../domain/waitingForResources.js';
import { boundTo, promiseOf } from './bindingObjects.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf } from './controllerContext.js';
import { letGo } from './finalizer.js';

const resource = platformResources.promiseRevisions;

/** Lets a revision go with the requests that are bound to it, or reminds a Promise that has lost it. */
export async function reconcileRevision(context: ControllerContext, name: string): Promise<void> {
  const revision = context.revisions.get(name);
  if (revision === undefined) return;
  const promise = promiseOf(revision);
  const version = String(revision.spec?.['version']);
  const object = context.promises.get(promise);
  const status = await context.entities.status(promiseId(promise));
  const mine = object !== undefined && isOf(context, object, status) ? status : undefined;
  const known = mine?.revisions?.find((each) => each.version === version);
  if (isDeleting(revision)) return dismiss(context, revision, { promise, version, status: mine, known });
  // After Temporal was lost, or its document: requests may be bound to it.
  const isMissing = mine !== undefined && (known === undefined || (await isDocumentLost(context, known)));
  if (isMissing) await recall(context, revision, promise, version);
}

/** Asked with the first look at a revision; the latest is stored with every look at its Promise. */
async function isDocumentLost(
  { artifacts, stored }: ControllerContext,
  { document, latest }: RevisionSummary,
): Promise<boolean> {
  if (latest || stored.has(document)) return false;
  const found = await getJson(artifacts, document).catch(unlessLost);
  if (found !== undefined) stored.add(document);
  return found === undefined;
}

/** Revisions go with their Promise (reference, section 3.6, step 4); nothing is bound to them any more. */
export async function removeRevisions(context: ControllerContext, promise: string): Promise<void> {
  for (const revision of context.revisions.list()) {
    if (promiseOf(revision) !== promise) continue;
    await letGo(placeOf(context), revision);
    if (isDeleting(revision)) continue;
    // Whoever a controller is, a policy lets nobody delete the latest one.
    await showStatus(context.cluster, resource, context.revisions, revision, { latest: false }, []);
    await deleteObject(context.cluster, resource, revision);
  }
}

interface Leaving {
  readonly promise: string;
  readonly version: string;
  readonly status: EntityStatus | undefined;
  readonly known: { readonly latest: boolean } | undefined;
}

/** Requests first, then the revision (reference, section 3.4); the latest comes back by itself. */
async function dismiss(context: ControllerContext, revision: ClusterObject, leaving: Leaving): Promise<void> {
  const { promise, version, known } = leaving;
  if (leaving.status !== undefined && known?.latest !== true) {
    const bound = await boundTo(context, promise, version);
    for (const { resource: api, request } of bound) {
      if (!isDeleting(request)) await deleteObject(context.cluster, api, request);
    }
    // The end of the last binding wakes it again.
    if (bound.length > 0) return showLeaving(context, revision, bound);
    if (known !== undefined) await context.entities.forget(promise, { version });
  }
  await letGo(placeOf(context), revision);
  context.wake.promise(promise);
}

/** That it goes, and who is waited for. */
function showLeaving(
  { cluster, revisions }: ControllerContext,
  revision: ClusterObject,
  bound: readonly BoundRequest[],
): Promise<void> {
  const message = waitingForResources(bound.map(({ request }) => keyOf(request)));
  const leaving = { type: 'Deleting', status: 'True', reason: 'WaitingForResources', message } as const;
  return showStatus(cluster, resource, revisions, revision, { latest: false }, [leaving]);
}

async function recall(
  { artifacts, entities, settings }: ControllerContext,
  revision: ClusterObject,
  promise: string,
  version: string,
): Promise<void> {
  const document = {
    apiVersion: kratixApiVersion,
    kind: 'Promise',
    metadata: promiseMetadata(revision, promise, version),
    spec: revision.spec?.['promiseSpec'],
  };
  const checked = checkPromise(document, `PromiseRevision ${revision.metadata.name}`);
  // What was right when it was installed and is not any more cannot be run; its requests say that it is missing.
  if (!checked.ok) return;
  const plan = await planPromise(artifacts, storedPromise(checked.value), settings());
  await entities.recall(promise, { plan });
}

/** As it was installed; an interval that was written on the revision since counts. */
function promiseMetadata({ metadata }: ClusterObject, promise: string, version: string): unknown {
  const { [sourceAnnotation]: _source, [metadataAnnotation]: kept, ...annotations } = metadata.annotations ?? {};
  const labels = version === unversioned ? undefined : { [versionLabel]: version };
  if (kept === undefined) return { name: promise, labels, annotations };
  const { [intervalAnnotation]: interval } = annotations;
  const installed = parseJson(kept);
  if (interval === undefined) return installed;
  return { ...installed, annotations: { ...toRecord(installed?.['annotations']), [intervalAnnotation]: interval } };
}

/** Undefined, which no Promise's metadata may be, when somebody has written something else there. */
function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return toRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function placeOf({ cluster, revisions }: ControllerContext) {
  return { cluster, resource, cache: revisions, finalizer: revisionFinalizer };
}
