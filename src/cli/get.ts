import { reason } from '../domain/failure.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import type { Platform } from './connection.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import type { Listing, ListOptions } from './listing.js';
import { list } from './listing.js';
import { objectOf } from './objectDocument.js';
import type { ObjectKind } from './objects.js';
import { kindWord, notFound, objectKind } from './objects.js';
import type { OutputFormat } from './print.js';
import { printData, remark, say, table } from './print.js';

export interface GetOptions extends ListOptions {
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
    if (options.output !== 'table') await printObjects(platform, [listing], options.output);
    else if (!silent || listing.rows.length > 0) show(listing);
    return silent ? exitCodes.failed : exitCodes.done;
  });
}

/** Everything; what does not answer is named, and hides nothing of the others. For programs it is one document. */
async function getAll(platform: Platform, options: GetOptions): Promise<ExitCode> {
  const kinds: ObjectKind[] = [{ type: 'store' }, { type: 'destination' }, { type: 'promise' }];
  const claims = (await platform.entities.claims()).filter(({ api }) => api !== undefined);
  const listings: Listing[] = [];
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
    listings.push(listing);
    if (options.output !== 'table') continue;
    if (listing.silent !== true || listing.rows.length > 0) show(named(listing, kind));
    say('');
  }
  if (options.output !== 'table') await printObjects(platform, listings, options.output);
  return code;
}

/** Requests of several Promises stand below each other: their names begin with their kind, as in `kubectl get all`. */
function named(listing: Listing, kind: ObjectKind): Listing {
  if (kind.type !== 'resource') return listing;
  const prefix = kindWord(kind.claim);
  const rows = listing.rows.map(([namespace = '', name = '', ...rest]) => [namespace, `${prefix}/${name}`, ...rest]);
  return { ...listing, rows };
}

function show({ what, header, rows }: Listing): void {
  say(rows.length === 0 ? `no ${what}` : table(header, rows));
}

/** One document for programs, whatever was asked for: a list, as kubectl's is. */
async function printObjects(
  platform: Platform,
  listings: readonly Listing[],
  format: Exclude<OutputFormat, 'table'>,
): Promise<void> {
  const artifacts = await openArtifacts(platform.artifacts);
  const items = await Promise.all(listings.map(({ objects }) => objects(artifacts)));
  printData({ apiVersion: 'v1', kind: 'List', items: items.flat() }, format);
}
