import { readCommands, withoutCommands } from '../../src/documents/commandLabels.js';
import type { Commands } from '../../src/domain/commands.js';
import type { Destination } from '../../src/domain/destination.js';
import { Failure } from '../../src/domain/failure.js';
import { groupOf } from '../../src/domain/plan.js';
import { everyDestination } from '../../src/domain/registry.js';
import { latestVersion } from '../../src/domain/revision.js';
import type { Settings } from '../../src/domain/settings.js';
import { sharedPath } from '../../src/domain/sharedPath.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import { checkDestination } from '../../src/documents/destination.js';
import type { PromiseDocument } from '../../src/documents/promise.js';
import { checkPromise } from '../../src/documents/promise.js';
import type { ResourceRequest } from '../../src/documents/request.js';
import { checkRequest } from '../../src/documents/request.js';
import { checkStateStore } from '../../src/documents/stateStore.js';
import { toRecord } from '../../src/documents/toRecord.js';
import type { Register } from '../../workflows/entities/destinationsState.js';
import type { PromiseOffer } from '../../workflows/entities/promiseState.js';
import type { ApplyPromise, ApplyResource } from '../../workflows/messages.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { jsonDigest, putJson } from '../artifacts/artifactStore.js';
import type { EntityClient, ResourceName } from '../entityClient.js';
import { checkAgainstPromise } from './apiCheck.js';
import { orRefuse } from './checked.js';
import { checkPromiseChange } from './promiseChange.js';
import type { NewPlan } from './promisePlan.js';
import { planPromise } from './promisePlan.js';
import { refuseSharedName, refuseSharedNamespace } from './sharedNamespace.js';

export interface AdmissionDependencies {
  readonly artifacts: ArtifactStore;
  readonly entities: EntityClient;
  /** As they are at this moment. */
  readonly settings: () => Settings;
}

/** What a document becomes when every check has passed and before anybody has heard of it. */
export interface PreparedPromise {
  readonly name: string;
  readonly promise: PromiseDocument;
  readonly plan: NewPlan;
  /** What its entity offers now. */
  readonly before?: PromiseOffer;
  readonly commands: Commands;
}

export interface PreparedResource {
  readonly resource: ResourceName;
  readonly wish: Omit<ApplyResource, 'ticket' | 'projection'>;
}

export type PreparedDestination = Extract<Register, { kind: 'destination' }>;
export type PreparedStateStore = Extract<Register, { kind: 'store' }>;

type Checking = Pick<AdmissionDependencies, 'entities'>;

/** Every check, and nothing stored: for who only wants to know. */
export async function checkedPromise(
  { entities }: Checking,
  document: unknown,
): Promise<Pick<PreparedPromise, 'promise' | 'before'>> {
  const promise = orRefuse(checkPromise(document, sourceOf(document)));
  const current = await entities.offer(promise.metadata.name);
  if (current === undefined || current.deleting) return { promise };
  orRefuse(checkPromiseChange(current.plan, promise));
  await refuseSharedNamespace(entities, promise);
  return { promise, before: current };
}

export async function preparePromise(
  { artifacts, entities, settings }: AdmissionDependencies,
  document: unknown,
): Promise<PreparedPromise> {
  const { promise: asked, before } = await checkedPromise({ entities }, document);
  const { metadata } = asked;
  const promise = storedPromise(asked);
  const plan = await planPromise(artifacts, promise, settings());
  return { name: metadata.name, promise, plan, before, commands: readCommands(metadata.labels) };
}

/** What is stored of a Promise: the same to the last byte whenever it is asked for, so that its digest is. */
export function storedPromise(asked: PromiseDocument): PromiseDocument {
  return { ...asked, metadata: withoutCommands(asked.metadata) };
}

export async function handOverPromise(entities: EntityClient, name: string, wish: ApplyPromise): Promise<void> {
  await entities.claim({ promise: name, api: wish.plan.api });
  await entities.subscribe(name);
  await entities.applyPromise(name, wish);
}

export async function prepareResource(
  dependencies: AdmissionDependencies,
  document: unknown,
): Promise<PreparedResource> {
  const { entities } = dependencies;
  const { apiVersion, kind } = orRefuse(checkRequest(document, sourceOf(document)));
  const promise = await entities.findPromise(groupOf(apiVersion), kind);
  const offer = promise === undefined ? undefined : await entities.offer(promise);
  if (promise === undefined || offer === undefined || offer.deleting) throw noSuchApi(apiVersion, kind);
  return prepareOffered(dependencies, { promise, offer }, document);
}

/** As {@link prepareResource}, for who knows the Promise and has just asked it. */
export async function prepareOffered(
  { artifacts, entities, settings }: AdmissionDependencies,
  { promise, offer }: { readonly promise: string; readonly offer: PromiseOffer },
  document: unknown,
): Promise<PreparedResource> {
  const asked = orRefuse(checkRequest(document, sourceOf(document)));
  const checked = orRefuse(await checkAgainstPromise(artifacts, offer.plan, asked));
  const { namespace, name, labels } = checked.metadata;
  await refuseSharedName(entities, offer.plan, { promise, namespace, name });
  const request = storedRequest(checked);
  const { apiVersion, kind } = request;
  const { plan, available } = offer;
  const version = settings().resourceBindingVersionStrategy === 'pinned' ? plan.version : latestVersion;
  const { metadata: _metadata, ...spec } = request;
  const object = { document: await putJson(artifacts, request), spec: jsonDigest(spec), apiVersion, kind };
  const wish = { ...object, plan, available, version, commands: readCommands(labels) };
  return { resource: { promise, namespace, name }, wish };
}

/** What is stored of a request; see {@link storedPromise}. */
export function storedRequest(asked: ResourceRequest): ResourceRequest {
  return { ...asked, metadata: withoutCommands(asked.metadata) };
}

/** As {@link checkedPromise}. */
export async function checkedDestination({ entities }: Checking, document: unknown): Promise<Destination> {
  const destination = orRefuse(checkDestination(document, sourceOf(document)));
  const registry = await entities.registry();
  const refusal = sharedPath(destination, everyDestination(registry));
  if (refusal !== undefined) throw new Failure('Refused', refusal, false);
  return destination;
}

export async function prepareDestination(
  { artifacts, entities }: AdmissionDependencies,
  document: unknown,
): Promise<PreparedDestination> {
  const destination = await checkedDestination({ entities }, document);
  return { kind: 'destination', destination, document: await putJson(artifacts, document) };
}

export function checkedStateStore(document: unknown): StateStore {
  return orRefuse(checkStateStore(document, sourceOf(document)));
}

export async function prepareStateStore(
  { artifacts }: AdmissionDependencies,
  document: unknown,
): Promise<PreparedStateStore> {
  const store = checkedStateStore(document);
  return { kind: 'store', store, document: await putJson(artifacts, document) };
}

/** A document names itself; what is not even an object is the operation's input. */
function sourceOf(document: unknown): string {
  return toRecord(document) === undefined ? 'input' : '';
}

function noSuchApi(apiVersion: string, kind: string): Failure {
  const message = `${apiVersion} ${kind}: no Promise offers this API; \`fulfil get promises\` lists what is offered`;
  return new Failure('Refused', message, false);
}
