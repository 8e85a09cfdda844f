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
  { promise, namespace, name }: ResourceName,
): Promise<void> {
  if (pipelineNamespace === undefined) return;
  const { resources = [] } = (await entities.status(promiseId(promise))) ?? {};
  const rival = resources.find((each) => each.endsWith(`/${name}`) && each !== `${namespace}/${name}`);
  if (rival === undefined) return;
  const why = `the pipelines of Promise ${promise} all run in namespace ${pipelineNamespace}`;
  const message = `${promise} ${namespace}/${name}: metadata.name: ${why}, and ${rival} has this name there already`;
  throw new Failure('Refused', message, false);
}
