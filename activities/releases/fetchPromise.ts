import type { PromiseRelease } from '../../src/documents/promiseRelease.js';
import { largestText } from '../../src/documents/readDocuments.js';
import type { ReleasedPromise } from '../../src/documents/releasedPromise.js';
import { readReleasedPromise } from '../../src/documents/releasedPromise.js';
import { Failure, reason } from '../../src/domain/failure.js';
import { describeProblems } from '../../src/domain/problem.js';
import type { SecretSource } from '../secrets/secretSource.js';
import { secretLine } from '../secrets/secretValue.js';
import type { HttpAnswer } from '../stores/httpRequest.js';
import { httpRequest } from '../stores/httpRequest.js';

type Source = PromiseRelease['spec']['sourceRef'];

/** Kratix's limit (reference, section 3.8), for the whole way through redirects. */
const totalMillis = 10_000;
/** A release's page leads to a storage service in two; a loop leads nowhere. */
const mostRedirects = 5;

/** The Promise of a URL, as it is there now. */
export async function fetchPromise(source: Source, secrets: SecretSource): Promise<ReleasedPromise> {
  const headers = await authorization(source, secrets);
  const text = await get(source.url, headers, AbortSignal.timeout(totalMillis));
  const read = readReleasedPromise(text, '');
  if (!read.ok) throw new Failure('PromiseRefused', describeProblems(read.problems), true);
  return read.value;
}

/** Sent as it stands in the Secret; read at each use. */
async function authorization({ secretRef }: Source, secrets: SecretSource): Promise<Record<string, string>> {
  if (secretRef === undefined) return {};
  try {
    return { authorization: secretLine(secretRef, await secrets(secretRef), 'authorizationHeader') };
  } catch (thrown) {
    throw new Failure('SecretUnavailable', `failed to fetch data from secretRef: ${reason(thrown)}`, true);
  }
}

async function get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<string> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    // Whom the server sends us to has not been trusted with the header.
    const trusted = target.origin === new URL(url).origin;
    const answer = await ask(target, trusted ? headers : {}, signal);
    if (answer.status === 200) return answer.body.toString('utf8');
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status >= 400 || location === undefined) {
      throw new Failure('FetchFailed', `failed to get Promise from URL: status code ${answer.status}`, true);
    }
    const next = new URL(location, target);
    if (!/^https?:$/.test(next.protocol) || (target.protocol === 'https:' && next.protocol === 'http:')) {
      throw new Failure('FetchFailed', `redirected from ${target.origin} to ${next.protocol}//${next.host}`, true);
    }
    target = next;
  }
  throw new Failure('FetchFailed', `more than ${mostRedirects} redirects`, true);
}

async function ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const limits = { signal, silenceMs: totalMillis, maximumBytes: largestText };
    return await httpRequest({ method: 'GET', url: url.href, headers }, limits);
  } catch (thrown) {
    const why = signal.aborted ? `no answer within ${totalMillis / 1000} s` : reason(thrown);
    // Without the path's end and the query: they may carry what lets one in.
    throw new Failure('FetchFailed', `failed to get Promise from ${url.origin}: ${why}`, true, { cause: thrown });
  }
}
