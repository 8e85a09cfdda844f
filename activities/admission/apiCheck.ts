import type { ResourceRequest } from '../../src/documents/request.js';
import { checkAgainstCompiled } from '../../src/documents/checkAgainstApi.js';
import type { CompiledApi } from '../../src/documents/compileApi.js';
import { compileApi } from '../../src/documents/compileApi.js';
import { PromiseDocument } from '../../src/documents/promise.js';
import { Failure } from '../../src/domain/failure.js';
import type { PromisePlan } from '../../src/domain/plan.js';
import type { Checked } from '../../src/domain/problem.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getJson } from '../artifacts/artifactStore.js';
import { orRefuse } from './checked.js';

/** Compiled schemas of the Promises asked for last: compiling takes milliseconds, a request should not. */
const compiled = new Map<string, CompiledApi>();
const keptApis = 100;

/** Checks a request against the API of one revision of a Promise and fills in its defaults. */
export async function checkAgainstPromise(
  artifacts: ArtifactStore,
  plan: PromisePlan,
  request: ResourceRequest,
): Promise<Checked<ResourceRequest>> {
  return checkAgainstCompiled(await apiOf(artifacts, plan), request, '');
}

async function apiOf(artifacts: ArtifactStore, plan: PromisePlan): Promise<CompiledApi> {
  const known = compiled.get(plan.digest);
  if (known !== undefined) return known;
  const { api } = PromiseDocument.parse(await getJson(artifacts, plan.digest)).spec;
  if (api === undefined) throw new Failure('Refused', `Promise ${plan.promise} has no API`, false);
  const fresh = orRefuse(compileApi(api, ''));
  compiled.set(plan.digest, fresh);
  const [oldest] = compiled.keys();
  if (compiled.size > keptApis && oldest !== undefined) compiled.delete(oldest);
  return fresh;
}
