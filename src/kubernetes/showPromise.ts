import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ShownRevisions } from '../../activities/kubernetes/projection/projectRevisions.js';
import { projectRevisions } from '../../activities/kubernetes/projection/projectRevisions.js';
import type { ObjectEvent } from '../../activities/kubernetes/projection/statusEvents.js';
import { lastingWarning, normal } from '../../activities/kubernetes/projection/statusEvents.js';
import { projectOwner } from '../../activities/kubernetes/projection/projectOwner.js';
import type { EntityStatus } from '../domain/entity.js';
import { promiseId } from '../domain/ids.js';
import type { ControllerContext } from './controllerContext.js';
import { isOf } from './controllerContext.js';
import { labelSuspension } from './objectCommands.js';
import type { Taken } from './taken.js';

const resource = platformResources.promises;

/** Shows in the object where its entity stands, and what was said of its document. */
export async function showPromise(
  context: ControllerContext,
  object: ClusterObject,
  status: EntityStatus | undefined,
  taken: Taken,
): Promise<void> {
  const { name } = object.metadata;
  const labelled =
    status === undefined ? object : await labelSuspension(context, promisePlace(context, name), object, status);
  if (status !== undefined && isOf(context, object, status)) {
    const revisions = await projectRevisions(context, object, status, () => context.entities.status(promiseId(name)));
    await context.record('PromiseController', resource, object, revisionEvents(revisions));
  }
  await projectOwner(context, {
    ...{ workflow: 'promise', resource, cache: context.promises, object: labelled, status },
    ...taken,
  });
}

function revisionEvents({ created, lost }: ShownRevisions): ObjectEvent[] {
  const why =
    'its document was lost with the artifact store; requests that are bound to it have to be bound to another';
  return [
    ...created.map((revision) => normal('RevisionCreated', `Revision ${revision} created`)),
    ...lost.map((revision) => lastingWarning('RevisionNotShown', `Revision ${revision} is not shown: ${why}`)),
  ];
}

/** Where the object is, for what reads and writes it. */
export function promisePlace(context: ControllerContext, name: string) {
  return { cluster: context.cluster, resource, cache: context.promises, entity: promiseId(name) };
}
