import { toRecord } from '../../../src/documents/toRecord.js';
import type { EntityStatus } from '../../../src/domain/entity.js';
import { Failure, reason } from '../../../src/domain/failure.js';
import { codeOf } from '../clusterFailure.js';
import { getJson } from '../../artifacts/artifactStore.js';
import { unlessLost } from '../../artifacts/unlessLost.js';
import type { ApiResource } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import { promiseStatus, requestStatus } from './ownerStatus.js';
import type { WorkProjection } from './projectWorks.js';
import { projectWorks } from './projectWorks.js';
import { isShown } from './statusConditions.js';
import { lastingWarning, statusEvents } from './statusEvents.js';
import { writeStatus } from './writeStatus.js';
import { writtenStatus } from './writtenStatus.js';

export interface Projected {
  readonly workflow: 'promise' | 'resource';
  readonly resource: ApiResource;
  readonly cache: ObjectCache;
  readonly object: ClusterObject;
  readonly status?: EntityStatus;
  /** Digest of what the object asks for now. */
  readonly document?: string;
  readonly refusal?: string;
  /** What keeps anything from being done about the object as it is now. */
  readonly waits?: string;
}

const reporters = { promise: 'PromiseController', resource: 'ResourceRequestController' } as const;

/** Shows in the cluster what an entity knows: Works and WorkPlacements, then the object's own status, then events. */
export async function projectOwner(parts: WorkProjection, projected: Projected): Promise<void> {
  const { workflow, resource, cache, object, status, refusal, waits } = projected;
  // Of an object that is only about to be taken there is nothing to tell.
  if (status === undefined && refusal === undefined && waits === undefined) return;
  if (status !== undefined) {
    await projectWorks(parts, object, status, (thrown) => tellUnshown(parts, projected, thrown));
  }
  const { details, unread } = await detailsOf(parts, projected);
  const shape = workflow === 'promise' ? promiseStatus : requestStatus;
  const wanted = shape({ ...projected, details, now: new Date().toISOString() });
  if (!isShown(wanted, object)) {
    const written = await writeStatus(parts.cluster, resource, cache, object, wanted);
    const source = { workflow, deleting: status?.deleting ?? false, paused: status?.paused ?? false };
    await parts.record(reporters[workflow], resource, written, statusEvents(source, object.status ?? {}, wanted));
  }
  if (unread !== undefined) throw unread;
}

interface Details {
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Why they are not the newest: to be thrown when all the rest is shown. */
  readonly unread?: Failure;
}

/** What pipelines wrote in status.yaml; what the object shows of it when it was lost or cannot be read now. */
async function detailsOf(parts: WorkProjection, projected: Projected): Promise<Details> {
  const digest = projected.status?.details;
  if (digest === undefined) return { details: {} };
  try {
    return { details: toRecord(await getJson(parts.artifacts, digest)) };
  } catch (thrown) {
    const details = writtenStatus(projected.object);
    if (thrown instanceof Failure && thrown.type === 'ArtifactsUnavailable') return { details, unread: thrown };
    await tellLost(parts, projected, thrown);
    return { details };
  }
}

/** What a quota or a policy of the cluster refuses is in the store all the same; the next pass tries again. */
async function tellUnshown(parts: WorkProjection, projected: Projected, thrown: unknown): Promise<void> {
  if (!refusals.includes(codeOf(thrown) ?? 0)) return tellLost(parts, projected, thrown);
  await warn(parts, projected, 'WorkNotShown', thrown);
}

/** The codes of quotas, policies and admission webhooks. */
const refusals: readonly number[] = [400, 403, 422];

/** What was lost with the artifact store: pipelines make it anew, which must not wait for the object to show it. */
async function tellLost(parts: WorkProjection, projected: Projected, thrown: unknown): Promise<void> {
  unlessLost(thrown);
  await warn(parts, projected, 'ArtifactMissing', thrown);
}

async function warn(parts: WorkProjection, projected: Projected, type: string, thrown: unknown): Promise<void> {
  const { workflow, resource, object } = projected;
  await parts.record(reporters[workflow], resource, object, [lastingWarning(type, reason(thrown))]);
}
