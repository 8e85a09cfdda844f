import { createHash, createPrivateKey, createSign } from 'node:crypto';
import { Failure, reason } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { httpRequest } from '../httpRequest.js';
import { storeMisconfigured, storeRefused, storeUnavailable } from '../storeFailure.js';

export interface GithubApp {
  readonly appId: string;
  readonly installationId: string;
  /** RSA, PKCS#1 or PKCS#8, in PEM. */
  readonly privateKey: string;
  /** Of the repository; tells whose API to ask. */
  readonly host: string;
  readonly caCert: string | undefined;
}

/** A token for an installation of a GitHub App. */
export type InstallationTokens = (store: GitStateStore, app: GithubApp, signal: AbortSignal) => Promise<string>;

// A token lives an hour; one that has five minutes left may end in the middle of a large push.
const spareMs = 5 * 60_000;
// The API answers in well under a second; this is a server that hangs.
const silenceMs = 15_000;

/**
 * Asks GitHub for tokens and keeps each until shortly before its end: a token for each write would use up the
 * API's 5,000 requests an hour. `apiUrl` is for servers of one's own whose API is elsewhere than usual.
 */
export function installationTokens(apiUrl?: string): InstallationTokens {
  const kept = new Map<string, { readonly token: string; readonly until: number }>();
  return async (store, app, signal) => {
    const key = createHash('sha256').update(JSON.stringify(app)).digest('hex');
    const known = kept.get(key);
    if (known !== undefined && known.until - spareMs > Date.now()) return known.token;
    const fresh = await requestToken(store, app, apiUrl ?? apiOf(app.host), signal);
    kept.set(key, fresh);
    return fresh.token;
  };
}

function apiOf(host: string): string {
  return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
}

async function requestToken(
  store: GitStateStore,
  app: GithubApp,
  api: string,
  signal: AbortSignal,
): Promise<{ token: string; until: number }> {
  const request = {
    method: 'POST',
    url: `${api}/app/installations/${encodeURIComponent(app.installationId)}/access_tokens`,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${appToken(store, app)}`,
      'user-agent': 'fulfil',
    },
  };
  const trust = app.caCert === undefined ? {} : { caCert: app.caCert };
  const answer = await httpRequest(request, { signal, silenceMs, ...trust }).catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw storeUnavailable(store, `no token for the GitHub App: ${reason(thrown)}`);
  });
  const { token, expires_at: end, message } = jsonObject(answer.body);
  if (answer.status === 201 && typeof token === 'string' && typeof end === 'string') {
    return { token, until: Date.parse(end) };
  }
  const said = `GitHub answers ${answer.status}${typeof message === 'string' ? ` (${message})` : ''}`;
  const why = `no token for installation ${app.installationId} of GitHub App ${app.appId}: ${said}`;
  throw answer.status >= 500 || answer.status === 429 ? storeUnavailable(store, why) : storeRefused(store, why);
}

/** The App's own token, a JWT signed with RS256; GitHub allows ten minutes, and clocks that differ by one. */
function appToken(store: GitStateStore, app: GithubApp): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iat: now - 60, exp: now + 9 * 60, iss: app.appId };
  const text = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  try {
    const key = createPrivateKey(app.privateKey);
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw storeMisconfigured(store, 'privateKey of the GitHub App is no RSA key in PEM');
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function jsonObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
