import { toRecord } from '../../src/documents/toRecord.js';
import { Failure, reason } from '../../src/domain/failure.js';

/** What the API server said no to. Its Status object carries a message for people. */
export function clusterFailure(code: number, body: string, asked: string): Failure {
  const status = statusOf(body);
  const words = typeof status?.['message'] === 'string' ? status['message'] : body.slice(0, 200);
  const message = `Kubernetes answers ${code} to ${asked.split('?')[0] ?? ''}: ${words}`;
  const details = { details: { code } };
  const { kind, causes } = toRecord(status?.['details']) ?? {};
  // A namespace that goes takes nothing new, and does not come back; one that is not there may be made yet.
  if (code === 403 && Array.isArray(causes) && causes.some((cause) => toRecord(cause)?.['reason'] === terminating)) {
    return new Failure('NamespaceGone', message, false, details);
  }
  if (code === 404 && kind === 'namespaces') return new Failure('NamespaceMissing', message, true, details);
  const final = isFinal(code) || isTooLarge(code, words);
  return new Failure(final ? 'StageRefused' : typeOf(code), message, !final, details);
}

/** Of the body, of etcd's own limit, and of a message to etcd: each has its own answer, and none will be another. */
function isTooLarge(code: number, words: string): boolean {
  return code === 413 || (code === 500 && /request is too large|larger than max/.test(words));
}

const terminating = 'NamespaceTerminating';

/** The status code of a refusal, or undefined when the API server never answered. */
export function codeOf(thrown: unknown): number | undefined {
  const code = thrown instanceof Failure ? toRecord(thrown.details)?.['code'] : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** For `catch`: nothing where the API server refused with one of these codes; anything else is thrown on. */
export function unless(...codes: readonly number[]): (thrown: unknown) => undefined {
  return (thrown) => {
    if (!codes.includes(codeOf(thrown) ?? 0)) throw thrown;
    return undefined;
  };
}

/** Everything that is no answer: refused and broken connections, names that do not resolve, silence. */
export function unreachable(thrown: unknown, host: string): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = `the API server ${host} does not answer: ${reason(thrown)}`;
  return new Failure('ClusterUnavailable', message, true, { cause: thrown });
}

/** 400 and 422: the manifest is wrong, and will be the next time. 403 may be a quota or a role that is still to come. */
function isFinal(code: number): boolean {
  return code === 400 || code === 422;
}

function typeOf(code: number): string {
  return code === 401 || code === 403 || code === 404 || code === 409 ? 'ClusterRefused' : 'ClusterUnavailable';
}

/** The API server's own Status; a proxy before it speaks HTML or text. */
function statusOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return toRecord(JSON.parse(body));
  } catch {
    return undefined;
  }
}
