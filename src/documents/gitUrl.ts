import type { GitStateStore } from '../domain/stateStore.js';

/**
 * What is wrong with a repository's URL for the way it is reached, in Kratix's words (reference, section 6.2).
 * Plain http is for a server on the same machine alone; `file:///path` is an addition of ours.
 */
export function gitUrlFault(url: string, authMethod: GitStateStore['authMethod']): string | undefined {
  const shown = withoutCredentials(url);
  if (/[\s\0]/.test(url) || url.startsWith('-')) return `invalid URL: ${JSON.stringify(shown)}`;
  if (authMethod === 'ssh') {
    return /^(ssh:\/\/)?[^@:/]+@[^@]+$/.test(url) ? undefined : `invalid URL for SSH auth method: ${shown}`;
  }
  const invalid = `invalid URL for HTTPS auth method: ${shown}`;
  if (!URL.canParse(url)) return invalid;
  const { protocol, hostname, pathname, username, password } = new URL(url);
  if (isLocalRepository(url)) return pathname.length > 1 && hostname === '' ? undefined : invalid;
  if (username !== '' || password !== '') return `expected a URL without credentials, found ${shown}`;
  if (protocol === 'https:' && url.startsWith('https://')) return undefined;
  return protocol === 'http:' && loopback.includes(hostname) ? undefined : invalid;
}

/** A repository on the worker's own disk: nobody to authenticate to. */
export function isLocalRepository(url: string): boolean {
  return url.startsWith('file:///');
}

/** True where the network is crossed, so that nobody but a holder of a secret may write. */
export function crossesNetwork(url: string): boolean {
  return !isLocalRepository(url) && !url.startsWith('http://');
}

const loopback: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Passwords and tokens in URLs do not belong into a message; a user's name alone (git@host) may stay. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/]*@/i, (whole, scheme: string) =>
    /^[a-z+]+:\/\/[\w.-]+@$/i.test(whole) && scheme === 'ssh://' ? whole : `${scheme}***@`,
  );
}
