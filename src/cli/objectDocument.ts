import { getJson } from '../../activities/artifacts/artifactStore.js';
import { liveObject } from '../../activities/stages/inputObject.js';
import type { EntityStatus } from '../domain/entity.js';
import type { RegisteredStore } from '../domain/registry.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import type { Platform } from './connection.js';
import type { CommandFailure } from './exit.js';
import type { ObjectKind } from './objects.js';
import { entityOf, notFound } from './objects.js';

/** The whole object, document and status, as `kubectl get -o yaml` would show it. */
export async function objectOf(
  platform: Platform,
  kind: ObjectKind,
  namespace: string,
  name: string,
): Promise<Record<string, unknown>> {
  const artifacts = await openArtifacts(platform.artifacts);
  const entity = entityOf(kind, namespace, name);
  if (entity !== undefined) {
    const status = await statusOrFail(platform, entity, notFound(kind, namespace, name));
    const owner = {
      type: kind.type === 'promise' ? 'promise' : 'resource',
      promise: kind.type === 'resource' ? kind.claim.promise : name,
      apiVersion: status.apiVersion,
      kind: status.kind,
      plural: '',
      namespace: status.namespace,
      name,
    } as const;
    return liveObject(artifacts, owner, { ...status, status: shownStatus(status) });
  }
  const { stores, destinations } = await platform.entities.registry();
  const entry = kind.type === 'destination' ? destinations[name] : Object.values(stores).find(isMeant);
  if (entry === undefined) throw notFound(kind, namespace, name);
  const { ready, reason, message } = entry.readiness;
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', reason, message };
  const document = (await getJson(artifacts, entry.document)) as Record<string, unknown>;
  return { ...document, status: { conditions: [condition] } };

  function isMeant({ store }: RegisteredStore): boolean {
    return store.name === name && (kind.type !== 'store' || kind.kind === undefined || kind.kind === store.kind);
  }
}

export async function statusOrFail(
  { entities }: Platform,
  entity: string,
  absent: CommandFailure,
): Promise<EntityStatus> {
  const status = await entities.status(entity);
  if (status === undefined) throw absent;
  return status;
}

function shownStatus({ phase, message, observedGeneration, conditions }: EntityStatus): Record<string, unknown> {
  return { phase, message, observedGeneration, conditions };
}
