import { promiseId, resourceId } from '../domain/ids.js';
import type { StateStoreKind } from '../domain/destination.js';
import { stateStoreKinds } from '../domain/destination.js';
import type { Claim } from '../../workflows/entities/promises.js';
import type { Platform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';

/** What a word on the command line means: a kind of the platform's own, or a Promise's API. */
export type ObjectKind =
  | { readonly type: 'promise' }
  | { readonly type: 'destination' }
  | { readonly type: 'store'; readonly kind?: StateStoreKind }
  | { readonly type: 'resource'; readonly claim: Claim };

/** Understands kinds as kubectl does: singular, plural, short names, and the plural, kind or Promise of an API. */
export async function objectKind(platform: Platform, word: string): Promise<ObjectKind> {
  const wanted = word.toLowerCase();
  if (['promise', 'promises'].includes(wanted)) return { type: 'promise' };
  if (['destination', 'destinations', 'dest', 'dests'].includes(wanted)) return { type: 'destination' };
  if (['statestore', 'statestores', 'store', 'stores'].includes(wanted)) return { type: 'store' };
  const kind = stateStoreKinds.find((known) => [known.toLowerCase(), `${known.toLowerCase()}s`].includes(wanted));
  if (kind !== undefined) return { type: 'store', kind };
  const claims = await platform.entities.claims();
  const claim = claims.find(({ promise, api }) => api !== undefined && names(promise, api).includes(wanted));
  if (claim !== undefined) return { type: 'resource', claim };
  const offered = claims.flatMap(({ api }) => (api === undefined ? [] : [api.plural]));
  const known = ['promises', 'destinations', 'statestores', ...offered].join(', ');
  throw new CommandFailure(`unknown kind "${word}"; known are ${known}`, exitCodes.refused);
}

function names(promise: string, api: NonNullable<Claim['api']>): string[] {
  return [promise, api.kind.toLowerCase(), api.plural, `${api.plural}.${api.group}`];
}

/** As `apply` names objects: an answer of "not found" says where was looked, namespace included. */
export function notFound(kind: ObjectKind, namespace: string, name: string, code: ExitCode = exitCodes.failed) {
  return new CommandFailure(`${shownName(kind, namespace, name)} not found`, code);
}

export function shownName(kind: ObjectKind, namespace: string, name: string): string {
  switch (kind.type) {
    case 'resource':
      return `${kindWord(kind.claim)}/${namespace}/${name}`;
    case 'store':
      return `${kind.kind?.toLowerCase() ?? 'statestore'}/${name}`;
    default:
      return `${kind.type}/${name}`;
  }
}

/** How a Promise's requests are called before their names. */
export function kindWord({ api, promise }: Claim): string {
  return (api?.kind ?? promise).toLowerCase();
}

/** The entity that keeps a Promise or Resource. */
export function entityOf(kind: ObjectKind, namespace: string, name: string): string | undefined {
  if (kind.type === 'promise') return promiseId(name);
  return kind.type === 'resource' ? resourceId(kind.claim.promise, namespace, name) : undefined;
}
