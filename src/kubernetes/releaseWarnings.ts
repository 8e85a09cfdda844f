import { fetchPromise } from '../../activities/releases/fetchPromise.js';
import type { SecretSource } from '../../activities/secrets/secretSource.js';
import { pause } from '../../activities/kubernetes/pause.js';
import type { PromiseRelease } from '../documents/promiseRelease.js';
import { versionLabel } from '../documents/metadata.js';
import { Failure, reason } from '../domain/failure.js';

/** The API server waits ten seconds for all of an answer. */
const patienceMillis = 8_000;

/** Looks whether the Promise of a new release is there, and of which version (reference, section 1.2). */
export async function releaseWarnings({ spec }: PromiseRelease, secrets: SecretSource): Promise<readonly string[]> {
  const late = new AbortController();
  const fetching = fetchPromise(spec.sourceRef, secrets).catch((thrown: unknown) => {
    throw new Failure('Refused', `failed to fetch promise: ${reason(thrown)}`, false);
  });
  const promise = await Promise.race([fetching, pause(patienceMillis, late.signal)]).finally(() => late.abort());
  if (promise === undefined) return [`Warning: no promise within ${patienceMillis / 1000} s; it is tried again`];
  const found = promise.metadata.labels?.[versionLabel];
  if (found === undefined) {
    return [`Warning: version label (${versionLabel}) not found on promise, installation will fail`];
  }
  if (spec.version === undefined || spec.version === found) return [];
  const versions = `found: ${found}, expected: ${spec.version}`;
  return [`Warning: version labels do not match, ${versions}, installation will fail`];
}
