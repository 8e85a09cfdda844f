import { orRefuse } from '../../activities/admission/checked.js';
import { checkedDestination, checkedPromise, checkedStateStore } from '../../activities/admission/prepare.js';
import type { EntityClient } from '../../activities/entityClient.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { codeOf } from '../../activities/kubernetes/clusterFailure.js';
import { definitions, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { applyObject } from '../../activities/kubernetes/projection/clusterWrites.js';
import { promiseApi } from '../../activities/kubernetes/projection/promiseApi.js';
import type { SecretSource } from '../../activities/secrets/secretSource.js';
import type { PromiseDocument } from '../documents/promise.js';
import { checkPromiseRelease } from '../documents/promiseRelease.js';
import { Failure, reason } from '../domain/failure.js';
import { liveObject } from './controllerContext.js';
import { releaseWarnings } from './releaseWarnings.js';
import { requirementWarnings } from './requirementWarnings.js';
import { triedPipelines } from './triedPipelines.js';

export interface AdmissionParts {
  readonly cluster: Cluster;
  readonly entities: EntityClient;
  readonly secrets: SecretSource;
}

/** Throws what is wrong with a document as a Failure that cannot be retried; answers with what its author should know. */
export type AdmissionCheck = (parts: AdmissionParts, document: unknown, isNew: boolean) => Promise<readonly string[]>;

/** What a schema and its CEL cannot reach (reference, section 1): the same checks that the controller makes itself. */
export const admissionChecks: Readonly<Record<string, AdmissionCheck>> = {
  async Promise(parts, document) {
    const { promise } = await checkedPromise(parts, document);
    await tryApi(parts.cluster, promise);
    const tried = await triedPipelines(parts.cluster, promise);
    return [...tried, ...(await requirementWarnings(parts, promise))];
  },
  async Destination(parts, document) {
    const { stateStore } = await checkedDestination(parts, document);
    const { kind, name } = stateStore;
    const resource = Object.values(platformResources).find((each) => each.kind === kind);
    const found = resource && (await liveObject(parts, resource, { name }));
    return found === undefined ? [`Warning: referenced ${kind} "${name}" does not exist`] : [];
  },
  BucketStateStore: (_parts, document) => storeWarnings(document),
  GitStateStore: (_parts, document) => storeWarnings(document),
  async PromiseRelease({ secrets }, document, isNew) {
    const release = orRefuse(checkPromiseRelease(document, ''));
    return isNew ? releaseWarnings(release, secrets) : [];
  },
};

function storeWarnings(document: unknown): Promise<readonly string[]> {
  checkedStateStore(document);
  return Promise.resolve([]);
}

/** The API server itself says whether it would take the Promise's API. */
async function tryApi(cluster: Cluster, { metadata, spec }: PromiseDocument): Promise<void> {
  if (spec.api === undefined) return;
  const wanted = promiseApi(metadata.name, spec.api);
  try {
    await applyObject(cluster, definitions, wanted, 'All');
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code !== 400 && code !== 422) throw thrown;
    const known = await liveObject({ cluster }, definitions, wanted.metadata);
    const what = known === undefined ? 'invalid CRD' : 'invalid CRD changes';
    throw new Failure('Refused', `Promise ${metadata.name}: spec.api: ${what}: ${reason(thrown)}`, false);
  }
}
