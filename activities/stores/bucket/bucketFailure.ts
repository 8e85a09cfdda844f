import { Failure, reason } from '../../../src/domain/failure.js';
import type { BucketStateStore } from '../../../src/domain/stateStore.js';
import { redact } from '../../secrets/redact.js';
import { errorCode } from '../errorCode.js';
import { documentRefused, storeMisconfigured, storeRefused, storeUnavailable } from '../storeFailure.js';

/** Whatever minio's client, or the connection under it, threw; codes are those of the S3 API. */
export function explainBucket(store: BucketStateStore, thrown: unknown, secrets: readonly string[]): unknown {
  if (thrown instanceof Failure) return thrown;
  const code = errorCode(thrown) ?? '';
  const words = reason(thrown).replace(
    /^Request failed after 0 retries: Error: Retryable HTTP status: /,
    'the server answers ',
  );
  const text = redact([code, words].filter((part) => part !== '').join(': '), secrets);
  switch (code) {
    case 'NoSuchBucket':
      return storeMisconfigured(store, `the bucket "${store.bucketName}" does not exist at ${store.endpoint}`);
    case 'AccessDenied':
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'ExpiredToken':
    case 'InvalidToken':
    case 'AllAccessDisabled':
    case 'AccountProblem':
      return storeRefused(store, `the credential is refused: ${text}`);
    case 'EntityTooLarge':
    case 'KeyTooLongError':
    case 'XMinioInvalidObjectName':
    case 'XMinioParentIsObject':
    case 'XMinioObjectExistsAsDirectory':
      return documentRefused(store, text);
    case 'PermanentRedirect':
    case 'MovedPermanently':
    case 'InvalidBucketName':
      return storeMisconfigured(store, text);
    default:
      return explainConnection(store, code, thrown, text);
  }
}

function explainConnection(store: BucketStateStore, code: string, thrown: unknown, text: string): unknown {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return storeRefused(store, `the server's certificate is not trusted: ${text}`);
  }
  if (isNamed(thrown, /^Invalid(Bucket|Endpoint|Argument|Port)/)) return storeMisconfigured(store, text);
  return storeUnavailable(store, text);
}

function isNamed(thrown: unknown, name: RegExp): boolean {
  return typeof thrown === 'object' && thrown !== null && name.test(thrown.constructor.name);
}

/** The object is not there. A HEAD request has no body that could tell a missing bucket from it: the put will. */
export function isMissingObject(thrown: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(errorCode(thrown) ?? '');
}

/** What was asked for, or undefined when the object is not there. */
export async function unlessMissing<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (isMissingObject(thrown)) return undefined;
    throw thrown;
  }
}
