import { fetchPromise } from '../../activities/releases/fetchPromise.js';
import type { SecretSource } from '../../activities/secrets/secretSource.js';
import { orRefuse } from '../../activities/admission/checked.js';
import { codeOf } from '../../activities/kubernetes/clusterFailure.js';
import { objectPath, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import { deleteObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { showStatus } from '../../activities/kubernetes/projection/showStatus.js';
import { conditionOf } from '../../activities/kubernetes/projection/statusConditions.js';
import { warning } from '../../activities/kubernetes/projection/statusEvents.js';
import type { PromiseRelease } from '../documents/promiseRelease.js';
import { checkPromiseRelease } from '../documents/promiseRelease.js';
import type { ReleasedPromise } from '../documents/releasedPromise.js';
import { versionLabel } from '../documents/metadata.js';
import { Failure, reason } from '../domain/failure.js';
import type { ControllerContext } from './controllerContext.js';
import { hold, letGo } from './finalizer.js';
import type { Informer } from './informer.js';
import { installReleasedPromise, releaseLabel } from './releasedPromiseObject.js';
import type { ReleaseTimes } from './releaseTimes.js';
import { wishDocument } from './wishDocument.js';

const resource = platformResources.promiseReleases;
const finalizer = 'kratix.io/promise-cleanup';

export interface ReleaseParts {
  readonly context: ControllerContext;
  readonly releases: Informer;
  readonly secrets: SecretSource;
  readonly times: ReleaseTimes;
  readonly again: (name: string, millis: number) => void;
}

/** Keeps the Promise of a web address installed (reference, section 3.8). */
export async function reconcileRelease(parts: ReleaseParts, name: string): Promise<void> {
  const { context, releases, times, again } = parts;
  const object = releases.get(name);
  if (object === undefined) return times.forget(name);
  const place = { cluster: context.cluster, resource, cache: releases, finalizer };
  const installed = context.promises.list().filter(({ metadata }) => metadata.labels?.[releaseLabel] === name);
  if (isDeleting(object)) {
    for (const promise of installed) {
      if (!isDeleting(promise)) await deleteObject(context.cluster, platformResources.promises, promise);
    }
    return installed.length > 0 ? showWaiting(parts, object, installed) : letGo(place, object);
  }
  const held = await hold(place, object);
  // One that somebody deletes has to be gone before there can be another; then it is time at once, whatever failed before.
  if (installed.some(isDeleting)) {
    times.forget(name);
    return showWaiting(parts, held, installed.filter(isDeleting));
  }
  const wait = times.dueIn(held, installed.length);
  if (wait > 0) return again(name, wait);
  try {
    const current = await install(parts, held, installed);
    await show(parts, current, { status: 'True', reason: 'InstalledSuccessfully', message: 'Installed successfully' });
    times.succeeded(current);
  } catch (thrown) {
    const failure = asFailure(thrown);
    const news = times.failed(held, failure.message);
    again(name, times.dueIn(held, installed.length));
    if (news) await report(parts, held, failure);
    // What is installed stays so while its source is away.
    if (installed.length === 1 && isInstalled(held)) return;
    await show(parts, held, { status: 'False', reason: failure.type, message: failure.message });
  }
}

/** Fetches, checks and applies; the release as it is afterwards. */
async function install(
  parts: ReleaseParts,
  object: ClusterObject,
  installed: readonly ClusterObject[],
): Promise<ClusterObject> {
  const { cluster } = parts.context;
  const release = orRefuse(checkPromiseRelease(wishDocument(resource, object), ''));
  const promise = await fetchPromise(release.spec.sourceRef, parts.secrets).catch((thrown: unknown) => {
    throw new Failure('FailedToFetchPromise', `Failed to fetch Promise from URL: ${reason(thrown)}`, true);
  });
  const version = versionOf(release, promise);
  const current = release.spec.version === undefined ? await fillVersion(parts, object, version) : object;
  try {
    const other = installed.find(({ metadata }) => metadata.name !== promise.metadata.name);
    if (other !== undefined) {
      throw new Failure('Refused', `Promise ${other.metadata.name} of this release is another one`, true);
    }
    await installReleasedPromise(cluster, current, promise);
  } catch (thrown) {
    const why = `Failed to create or update Promise: "${promise.metadata.name}": ${reason(thrown)}`;
    throw new Failure('FailedToCreateOrUpdatePromise', why, true, { cause: thrown });
  }
  return current;
}

function versionOf({ spec }: PromiseRelease, { metadata }: ReleasedPromise): string {
  const found = metadata.labels?.[versionLabel];
  if (found === undefined) throw new Failure('VersionLabelNotFound', 'Version label not found on Promise', true);
  if (spec.version === undefined || spec.version === found) return found;
  const message = `Version labels do not match, found: ${found}, expected: ${spec.version}`;
  throw new Failure('VersionNotMatching', message, true);
}

/** From now on this version is meant, whatever the URL offers later. */
async function fillVersion({ context, releases }: ReleaseParts, { metadata }: ClusterObject, version: string) {
  const { name, uid, resourceVersion } = metadata;
  const body = { metadata: { uid, resourceVersion }, spec: { version } };
  const options = { body, contentType: 'application/merge-patch+json' } as const;
  const answer = context.cluster.ask('PATCH', objectPath(resource, { name }), options) as Promise<ClusterObject>;
  return releases.writing({ metadata }, answer);
}

interface Installed {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

function show(
  { context, releases }: ReleaseParts,
  object: ClusterObject,
  installed: Installed,
  status = installed.status === 'True' ? 'Installed' : 'Error installing',
): Promise<void> {
  return showStatus(context.cluster, resource, releases, object, { status }, [{ type: 'Installed', ...installed }]);
}

/** Its own message tells what it waits for in turn. */
function showWaiting(parts: ReleaseParts, object: ClusterObject, going: readonly ClusterObject[]): Promise<void> {
  const names = going.map(({ metadata }) => metadata.name).join(', ');
  const message = `waiting for Promise ${names}, which is being deleted`;
  return show(parts, object, { status: 'False', reason: 'PromiseIsDeleted', message }, 'Deleting');
}

function isInstalled({ status, metadata }: ClusterObject): boolean {
  const current = status?.['observedGeneration'] === metadata.generation;
  return current && conditionOf(status, 'Installed')?.status === 'True';
}

async function report({ context }: ReleaseParts, object: ClusterObject, failure: Failure): Promise<void> {
  const invalid = codeOf(failure.cause) === 422;
  const note = `Failed to install Promise "${object.metadata.name}": ${failure.message}`;
  const event = warning(invalid ? 'Invalid Promise' : 'Failed', note);
  await context.record('PromiseReleaseController', resource, object, [event]);
}

/** A document that cannot be taken is a failure of its own; anything else that is thrown is tried again. */
function asFailure(thrown: unknown): Failure {
  const known = ['FailedToFetchPromise', 'VersionLabelNotFound', 'VersionNotMatching', 'FailedToCreateOrUpdatePromise'];
  if (thrown instanceof Failure && (known.includes(thrown.type) || thrown.type === 'Refused')) return thrown;
  throw thrown;
}
