import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import { storeKey } from '../domain/destination.js';
import type { EntityStatus } from '../domain/entity.js';
import { reason } from '../domain/failure.js';
import { promiseId, resourceId } from '../domain/ids.js';
import type { RegisteredDestination, RegisteredStore } from '../domain/registry.js';
import { destinationsOf } from '../domain/works.js';
import type { Platform } from './connection.js';
import type { WholeObject } from './objectDocument.js';
import { entityObject, registeredObject } from './objectDocument.js';
import type { ObjectKind } from './objects.js';
import { entityOf } from './objects.js';
import { age, remark } from './print.js';

/** What there is of one kind. */
export interface Listing {
  /** What there is none of when it is empty. */
  readonly what: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same for programs, whole objects: their documents are read when they are asked for. */
  readonly objects: (artifacts: ArtifactStore) => Promise<readonly WholeObject[]>;
  /** Somebody did not answer, and has been named. */
  readonly silent?: boolean;
}

export interface ListOptions {
  readonly namespace: string;
  readonly allNamespaces: boolean;
}

export async function list(
  platform: Platform,
  kind: ObjectKind,
  name: string | undefined,
  options: ListOptions,
): Promise<Listing> {
  switch (kind.type) {
    case 'store':
      return listStores(platform, kind, name);
    case 'destination':
      return listDestinations(platform, name);
    case 'promise': {
      const names = (await platform.entities.claims()).map((claim) => claim.promise);
      return listEntities(platform, kind, names.toSorted().map(promiseId), name, options);
    }
    case 'resource': {
      const promise = await platform.entities.status(promiseId(kind.claim.promise));
      const ids = (promise?.resources ?? []).toSorted().flatMap((key) => {
        const [namespace = '', resource = ''] = key.split('/');
        const wanted = options.allNamespaces || namespace === options.namespace;
        return wanted ? [resourceId(kind.claim.promise, namespace, resource)] : [];
      });
      return listEntities(platform, kind, ids, name, options);
    }
  }
}

async function listStores(
  platform: Platform,
  kind: Extract<ObjectKind, { type: 'store' }>,
  name: string | undefined,
): Promise<Listing> {
  const { stores } = await platform.entities.registry();
  const data = Object.values(stores).filter(
    ({ store }) => (kind.kind === undefined || store.kind === kind.kind) && (name === undefined || store.name === name),
  );
  const rows = data.map(({ store, readiness }: RegisteredStore) => [
    storeKey(store),
    placeOf(store),
    String(readiness.ready),
    readiness.message,
  ]);
  return { what: 'state stores', header: ['NAME', 'WHERE', 'READY', 'MESSAGE'], rows, objects: allRegistered(data) };
}

function placeOf(store: RegisteredStore['store']): string {
  if (store.kind === 'GitStateStore') return `${store.url} ${store.branch}`;
  return store.kind === 'BucketStateStore' ? `${store.endpoint}/${store.bucketName}` : store.path;
}

async function listDestinations(platform: Platform, name: string | undefined): Promise<Listing> {
  const { destinations } = await platform.entities.registry();
  const data = Object.values(destinations).filter(({ destination }) => name === undefined || destination.name === name);
  const rows = data.map(({ destination, readiness, deleting }: RegisteredDestination) => [
    destination.name,
    storeKey(destination.stateStore),
    Object.entries(destination.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    String(readiness.ready),
    deleting ? 'being deleted' : readiness.message,
  ]);
  const header = ['NAME', 'STATESTORE', 'LABELS', 'READY', 'MESSAGE'];
  return { what: 'destinations', header, rows, objects: allRegistered(data) };
}

function allRegistered(entries: readonly (RegisteredStore | RegisteredDestination)[]): Listing['objects'] {
  return (artifacts) => Promise.all(entries.map((entry) => registeredObject(artifacts, entry)));
}

async function listEntities(
  platform: Platform,
  kind: ObjectKind,
  ids: readonly string[],
  name: string | undefined,
  options: ListOptions,
): Promise<Listing> {
  const wanted = name === undefined ? ids : ids.filter((id) => id === entityOf(kind, options.namespace, name));
  const answers = await Promise.allSettled(wanted.map((id) => platform.entities.status(id)));
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') remark(`${wanted[index]} does not answer: ${reason(answer.reason)}`);
  }
  const silent = answers.some(({ status }) => status === 'rejected');
  const data = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []));
  const what = kind.type === 'resource' ? (kind.claim.api?.plural ?? kind.claim.promise) : 'promises';
  const promise = kind.type === 'promise';
  const header = promise
    ? ['NAME', 'STATUS', 'KIND', 'API VERSION', 'VERSION', 'RESOURCES', 'AGE', 'MESSAGE']
    : ['NAMESPACE', 'NAME', 'STATUS', 'DESTINATIONS', 'AGE', 'MESSAGE'];
  const rows = data.map((status) => (promise ? promiseRow(status) : resourceRow(status)));
  const objects = (artifacts: ArtifactStore) =>
    Promise.all(data.map((status) => entityObject(artifacts, kind, status)));
  return { what, header, rows, objects, silent };
}

function promiseRow(status: EntityStatus): string[] {
  const { name, phase, api, version, resources = [], createdAt, message } = status;
  return [
    name,
    phase,
    api?.kind ?? '',
    api?.apiVersion ?? '',
    version ?? '',
    String(resources.length),
    age(createdAt),
    message,
  ];
}

function resourceRow({ namespace, name, phase, works, createdAt, message }: EntityStatus): string[] {
  return [namespace, name, phase, destinationsOf(works).join(','), age(createdAt), message];
}
