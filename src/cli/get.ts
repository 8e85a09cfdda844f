import type { EntityStatus } from '../domain/entity.js';
import { reason } from '../domain/failure.js';
import { storeKey } from '../domain/destination.js';
import type { RegisteredDestination, RegisteredStore } from '../domain/registry.js';
import { promiseId, resourceId } from '../domain/ids.js';
import { destinationsOf } from '../domain/works.js';
import type { Platform } from './connection.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import { objectOf } from './objectDocument.js';
import type { ObjectKind } from './objects.js';
import { entityOf, notFound, objectKind } from './objects.js';
import type { OutputFormat } from './print.js';
import { age, printData, remark, say, table } from './print.js';

export interface GetOptions {
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly output: OutputFormat;
}

/** `fulfil get [KIND [NAME]]` */
export async function get(kind: string | undefined, name: string | undefined, options: GetOptions): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    if (kind === undefined || kind === 'all') return getAll(platform, options);
    const known = await objectKind(platform, kind);
    if (name !== undefined && options.output !== 'table') {
      printData(await objectOf(platform, known, options.namespace, name), options.output);
      return exitCodes.done;
    }
    const { silent, ...listing } = await list(platform, known, name, options);
    if (name !== undefined && listing.rows.length === 0 && !silent) throw notFound(known, options.namespace, name);
    if (!silent || listing.rows.length > 0) show(listing, options.output);
    return silent ? exitCodes.failed : exitCodes.done;
  });
}

interface Listing {
  /** What there is none of when it is empty. */
  readonly what: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same for programs. */
  readonly data: readonly unknown[];
  /** Somebody did not answer, and has been named. */
  readonly silent?: boolean;
}

/** Everything; what does not answer is named, and hides nothing of the others. For programs it is one document. */
async function getAll(platform: Platform, options: GetOptions): Promise<ExitCode> {
  const kinds: ObjectKind[] = [{ type: 'store' }, { type: 'destination' }, { type: 'promise' }];
  const claims = (await platform.entities.claims()).filter(({ api }) => api !== undefined);
  const data: unknown[] = [];
  let code: ExitCode = exitCodes.done;
  for (const kind of [...kinds, ...claims.map((claim): ObjectKind => ({ type: 'resource', claim }))]) {
    const what = kind.type === 'resource' ? `the requests of ${kind.claim.promise}` : `${kind.type}s`;
    const listing = await list(platform, kind, undefined, { ...options, allNamespaces: true }).catch(
      (thrown: unknown) => {
        remark(`${what}: ${reason(thrown)}`);
        return undefined;
      },
    );
    if (listing === undefined || listing.silent === true) code = exitCodes.failed;
    if (listing === undefined) continue;
    data.push(...listing.data);
    if (options.output !== 'table') continue;
    if (listing.silent !== true || listing.rows.length > 0) show(named(listing, kind), 'table');
    say('');
  }
  if (options.output !== 'table') printData(data, options.output);
  return code;
}

/** Requests of several Promises stand below each other: their names begin with their kind, as in `kubectl get all`. */
function named(listing: Listing, kind: ObjectKind): Listing {
  if (kind.type !== 'resource') return listing;
  const prefix = (kind.claim.api?.kind ?? kind.claim.promise).toLowerCase();
  const rows = listing.rows.map(([namespace = '', name = '', ...rest]) => [namespace, `${prefix}/${name}`, ...rest]);
  return { ...listing, rows };
}

async function list(
  platform: Platform,
  kind: ObjectKind,
  name: string | undefined,
  options: GetOptions,
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
  return { what: 'state stores', header: ['NAME', 'WHERE', 'READY', 'MESSAGE'], rows, data };
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
  return { what: 'destinations', header: ['NAME', 'STATESTORE', 'LABELS', 'READY', 'MESSAGE'], rows, data };
}

async function listEntities(
  platform: Platform,
  kind: ObjectKind,
  ids: readonly string[],
  name: string | undefined,
  options: GetOptions,
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
  return { what, header, rows, data, silent };
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

function show({ what, header, rows, data }: Listing, output: OutputFormat): void {
  if (output !== 'table') return printData(data, output);
  say(rows.length === 0 ? `no ${what}` : table(header, rows));
}
