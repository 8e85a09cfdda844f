import type { EntityStatus } from '../domain/entity.js';
import { reason } from '../domain/failure.js';
import { storeKey } from '../domain/destination.js';
import type { RegisteredDestination, RegisteredStore } from '../domain/registry.js';
import { resourceId } from '../domain/ids.js';
import { destinationsOf } from '../domain/works.js';
import type { Platform } from './connection.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { objectOf } from './objectDocument.js';
import type { ObjectKind } from './objects.js';
import { entityOf, objectKind } from './objects.js';
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
    return list(platform, known, name, options);
  });
}

/** What does not answer is named, and hides nothing of the others. */
async function getAll(platform: Platform, options: GetOptions): Promise<ExitCode> {
  const kinds: ObjectKind[] = [{ type: 'store' }, { type: 'destination' }, { type: 'promise' }];
  const claims = (await platform.entities.claims()).filter(({ api }) => api !== undefined);
  let code: ExitCode = exitCodes.done;
  for (const kind of [...kinds, ...claims.map((claim): ObjectKind => ({ type: 'resource', claim }))]) {
    const what = kind.type === 'resource' ? `the requests of ${kind.claim.promise}` : `${kind.type}s`;
    const listed = await list(platform, kind, undefined, { ...options, allNamespaces: true }).catch(
      (thrown: unknown): ExitCode => {
        remark(`${what}: ${reason(thrown)}`);
        return exitCodes.failed;
      },
    );
    if (listed !== exitCodes.done) code = listed;
    if (options.output === 'table') say('');
  }
  return code;
}

async function list(
  platform: Platform,
  kind: ObjectKind,
  name: string | undefined,
  options: GetOptions,
): Promise<ExitCode> {
  switch (kind.type) {
    case 'store':
      await listStores(platform, kind, name, options);
      return exitCodes.done;
    case 'destination':
      await listDestinations(platform, name, options);
      return exitCodes.done;
    case 'promise': {
      const names = (await platform.entities.claims()).map((claim) => claim.promise);
      return listEntities(
        platform,
        kind,
        names.toSorted().map((promise) => `promise/${promise}`),
        name,
        options,
      );
    }
    case 'resource': {
      const promise = await platform.entities.status(`promise/${kind.claim.promise}`);
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
  options: GetOptions,
): Promise<void> {
  const { stores } = await platform.entities.registry();
  const entries = Object.values(stores).filter(
    ({ store }) => (kind.kind === undefined || store.kind === kind.kind) && (name === undefined || store.name === name),
  );
  const rows = entries.map(({ store, readiness }: RegisteredStore) => [
    storeKey(store),
    placeOf(store),
    String(readiness.ready),
    readiness.message,
  ]);
  show('state stores', ['NAME', 'WHERE', 'READY', 'MESSAGE'], rows, entries, name, options);
}

function placeOf(store: RegisteredStore['store']): string {
  if (store.kind === 'GitStateStore') return `${store.url} ${store.branch}`;
  return store.kind === 'BucketStateStore' ? `${store.endpoint}/${store.bucketName}` : store.path;
}

async function listDestinations(platform: Platform, name: string | undefined, options: GetOptions): Promise<void> {
  const { destinations } = await platform.entities.registry();
  const entries = Object.values(destinations).filter(
    ({ destination }) => name === undefined || destination.name === name,
  );
  const rows = entries.map(({ destination, readiness, deleting }: RegisteredDestination) => [
    destination.name,
    storeKey(destination.stateStore),
    Object.entries(destination.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    String(readiness.ready),
    deleting ? 'being deleted' : readiness.message,
  ]);
  show('destinations', ['NAME', 'STATESTORE', 'LABELS', 'READY', 'MESSAGE'], rows, entries, name, options);
}

async function listEntities(
  platform: Platform,
  kind: ObjectKind,
  ids: readonly string[],
  name: string | undefined,
  options: GetOptions,
): Promise<ExitCode> {
  const wanted = name === undefined ? ids : ids.filter((id) => id === entityOf(kind, options.namespace, name));
  const answers = await Promise.allSettled(wanted.map((id) => platform.entities.status(id)));
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') remark(`${wanted[index]} does not answer: ${reason(answer.reason)}`);
  }
  const silent = answers.some(({ status }) => status === 'rejected');
  const statuses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []));
  const what = kind.type === 'resource' ? (kind.claim.api?.plural ?? kind.claim.promise) : 'promises';
  const promise = kind.type === 'promise';
  const header = promise
    ? ['NAME', 'STATUS', 'KIND', 'API VERSION', 'VERSION', 'RESOURCES', 'AGE', 'MESSAGE']
    : ['NAMESPACE', 'NAME', 'STATUS', 'DESTINATIONS', 'AGE', 'MESSAGE'];
  const rows = statuses.map((status) => (promise ? promiseRow(status) : resourceRow(status)));
  if (!silent || statuses.length > 0) show(what, header, rows, statuses, name, options);
  return silent ? exitCodes.failed : exitCodes.done;
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

function show(
  what: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  data: readonly unknown[],
  name: string | undefined,
  { output }: GetOptions,
): void {
  if (name !== undefined && rows.length === 0)
    throw new CommandFailure(`${what} "${name}" not found`, exitCodes.failed);
  if (output !== 'table') return printData(data, output);
  say(rows.length === 0 ? `no ${what}` : table(header, rows));
}
