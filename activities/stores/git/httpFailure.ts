import { Errors } from 'isomorphic-git';
import type { Failure } from '../../../src/domain/failure.js';
import { reason } from '../../../src/domain/failure.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import { errorCode } from '../errorCode.js';
import { redact } from '../../secrets/redact.js';
import { storeMisconfigured, storeRefused, storeUnavailable } from '../storeFailure.js';
import { HttpRedirect } from './httpRedirect.js';

/** An answer that is no 200, in words that tell what to do. */
export function explainStatus(store: GitStateStore, status: number, body: string, secrets: readonly string[]): Failure {
  const said = plainText(body, secrets);
  const answer = `the server answers ${status}${said === '' ? '' : ` (${said})`}`;
  if (status === 401) return storeRefused(store, `the credential is refused: ${answer}`);
  if (status === 403) return storeRefused(store, `the credential does not allow it: ${answer}`);
  if (status === 404)
    return storeMisconfigured(store, `no such repository, or the credential may not see it: ${answer}`);
  if (status === 413) return storeRefused(store, `the push is too large for the server: ${answer}`);
  return storeUnavailable(store, answer);
}

/** Whatever isomorphic-git, or the connection under it, threw. */
export function explainHttp(store: GitStateStore, thrown: unknown, secrets: readonly string[]): Failure {
  if (thrown instanceof Errors.HttpError) {
    return explainStatus(store, thrown.data.statusCode, thrown.data.response, secrets);
  }
  if (thrown instanceof Errors.SmartHttpError || thrown instanceof HttpRedirect) {
    return storeMisconfigured(
      store,
      redact(`no git repository at ${store.url}: ${reason(thrown)}`, secrets).slice(0, longest),
    );
  }
  const text = redact(reason(thrown), secrets);
  if (isCertificateError(thrown)) return storeRefused(store, `the server's certificate is not trusted: ${text}`);
  return storeUnavailable(store, `no answer from the server: ${text}`);
}

// Error pages can be long; the first words tell.
const longest = 200;

function plainText(body: string | undefined, secrets: readonly string[]): string {
  const text = (body ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return redact(text, secrets).slice(0, longest);
}

/** OpenSSL's names for a chain that cannot be verified, and Node's for a name that does not match. */
function isCertificateError(thrown: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(errorCode(thrown) ?? '');
}
