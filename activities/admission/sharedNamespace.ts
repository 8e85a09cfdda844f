import type { PromiseDocument } from '../../src/documents/promise.js';
import { Failure } from '../../src/domain/failure.js';
import { promiseId } from '../../src/domain/ids.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { EntityClient, ResourceName } from '../entityClient.js';

/**
 * Where a Promise names one namespace for all its pipelines, the paths of its documents say that namespace and not
 * the request's (reference, section 6.4): a second request of the same name would overwrite the first one's documents.
 */
export async function refuseSharedName(
  entities: EntityClient,
  { pipelineNamespace }: PromisePlan,
  resource: ResourceName,
): Promise<void> {
  if (pipelineNamespace === undefined) return;
  const { promise, namespace, name } = resource;
  const rival = (await requestsOf(entities, promise)).find(
    (each) => each.endsWith(`/${name}`) && each !== `${namespace}/${name}`,
  );
  if (rival !== undefined) throw nameTaken(pipelineNamespace, resource, rival);
}

/** @param rival `namespace/name` of the request that has the name */
export function nameTaken(
  pipelineNamespace: string,
  { promise, namespace, name }: ResourceName,
  rival: string,
): Failure {
  const why = `the pipelines of Promise ${promise} all run in namespace ${pipelineNamespace}`;
  const message = `${promise} ${namespace}/${name}: metadata.name: ${why}, and ${rival} has this name there already`;
  return new Failure('Refused', message, false);
}

/** The same, of a Promise that names the namespace only now, when it has such requests already. */
export async function refuseSharedNamespace(
  entities: EntityClient,
  { metadata: { name }, spec }: PromiseDocument,
): Promise<void> {
  const { pipelineNamespace } = spec.workflows?.config ?? {};
  if (pipelineNamespace === undefined) return;
  const requests = await requestsOf(entities, name);
  const nameOf = (request: string) => request.slice(request.indexOf('/') + 1);
  const second = requests.find((each, index) => requests.findIndex((one) => nameOf(one) === nameOf(each)) < index);
  if (second === undefined) return;
  const [first = ''] = requests.filter((each) => nameOf(each) === nameOf(second));
  const why = `documents of the requests ${first} and ${second} would have one path in namespace ${pipelineNamespace}`;
  throw new Failure('Refused', `Promise ${name}: spec.workflows.config.pipelineNamespace: ${why}`, false);
}

async function requestsOf(entities: EntityClient, promise: string): Promise<readonly string[]> {
  return (await entities.status(promiseId(promise)))?.resources ?? [];
}
