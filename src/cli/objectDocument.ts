import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import { getJson } from '../../activities/artifacts/artifactStore.js';
import { liveObject } from '../../activities/stages/inputObject.js';
import type { EntityStatus } from '../domain/entity.js';
import type { Owner } from '../domain/owner.js';
import type { RegisteredStore } from '../domain/registry.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import type { Platform } from './connection.js';
import type { CommandFailure } from './exit.js';
import type { ObjectKind } from './objects.js';
import { entityOf, notFound } from './objects.js';

/** A whole object, document and status, as `kubectl get -o yaml` would show it. */
export type WholeObject = Readonly<Record<string, unknown>>;

export async function objectOf(
  platform: Platform,
  kind: ObjectKind,
  namespace: string,
  name: string,
): Promise<WholeObject> {
  const artifacts = await openArtifacts(platform.artifacts);
  const entity = entityOf(kind, namespace, name);
  if (entity !== undefined) {
    const status = await statusOrFail(platform, entity, notFound(kind, namespace, name));
    return entityObject(artifacts, kind, status);
  }
  const { stores, destinations } = await platform.entities.registry();
  const entry = kind.type === 'destination' ? destinations[name] : Object.values(stores).find(isMeant);
  if (entry === undefined) throw notFound(kind, namespace, name);
  return registeredObject(artifacts, entry);

  function isMeant({ store }: RegisteredStore): boolean {
    return store.name === name && (kind.type !== 'store' || kind.kind === undefined || kind.kind === store.kind);
  }
}

/** A Promise or a request. */
export async function entityObject(
  artifacts: ArtifactStore,
  kind: ObjectKind,
  status: EntityStatus,
): Promise<WholeObject> {
  const { apiVersion, kind: word, namespace, name } = status;
  const owner: Owner = {
    type: kind.type === 'promise' ? 'promise' : 'resource',
    promise: kind.type === 'resource' ? kind.claim.promise : name,
    ...{ apiVersion, kind: word, plural: '', namespace, name },
  };
  return liveObject(artifacts, owner, { ...status, status: shownStatus(status) });
}

/** A state store or a Destination. */
export async function registeredObject(
  artifacts: ArtifactStore,
  { document, readiness }: Pick<RegisteredStore, 'document' | 'readiness'>,
): Promise<WholeObject> {
  const { ready, reason, message } = readiness;
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', reason, message };
  const object = (await getJson(artifacts, document)) as Record<string, unknown>;
  return { ...object, status: { conditions: [condition] } };
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
