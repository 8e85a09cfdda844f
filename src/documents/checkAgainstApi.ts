import type { Checked, Problem } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import type { ApiDefinition } from './apiDefinition.js';
import type { CompiledApi, CompiledVersion } from './compileApi.js';
import { compileApi } from './compileApi.js';
import { describeValue } from './describeValue.js';
import { documentName } from './documentName.js';
import { pruneNulls } from './pruneNulls.js';
import { ResourceRequest } from './request.js';
import { schemaProblems } from './schemaProblems.js';
import { oneOf } from './shapeProblems.js';
import { toRecord } from './toRecord.js';

/**
 * Checks a request against its Promise's API and fills in the API's defaults (reference, section 3.2).
 * Unknown fields are refused, as kubectl's strict validation does. CEL rules are not evaluated.
 */
export function checkAgainstApi(
  api: ApiDefinition,
  request: ResourceRequest,
  source: string,
): Checked<ResourceRequest> {
  const compiled = compileApi(api, source);
  return compiled.ok ? checkAgainstCompiled(compiled.value, request, source) : compiled;
}

/** As {@link checkAgainstApi}, for many requests of one API. */
export function checkAgainstCompiled(
  api: CompiledApi,
  request: ResourceRequest,
  source: string,
): Checked<ResourceRequest> {
  const document = documentName(request, source);
  const served = api.versions.filter((version) => version.served);
  const version = served.find(({ name }) => `${api.group}/${name}` === request.apiVersion);
  const problems: Problem[] = [];
  if (version === undefined) {
    const known = served.map(({ name }) => `${api.group}/${name}`);
    const expected = known.length === 0 ? 'a version, but none is served' : oneOf(known);
    problems.push(mismatch(document, 'apiVersion', expected, request.apiVersion));
  }
  if (request.kind !== api.kind) problems.push(mismatch(document, 'kind', JSON.stringify(api.kind), request.kind));
  if (version === undefined || problems.length > 0) return refused(...problems);
  return validate(version, request, document);
}

function mismatch(document: string, field: string, expected: string, found: string): Problem {
  return { document, field, message: `expected ${expected}, found ${describeValue(found)}` };
}

function validate(version: CompiledVersion, request: ResourceRequest, document: string): Checked<ResourceRequest> {
  const { openApi } = version;
  const value = toRecord(pruneNulls(structuredClone(request), openApi)) ?? {};
  // An API without a spec does not ask for the empty one that was filled in.
  const specless = !Object.hasOwn(toRecord(openApi['properties']) ?? {}, 'spec');
  if (specless && Object.keys(request.spec).length === 0) delete value['spec'];
  if (!version.validate(value)) return refused(...schemaProblems(version.validate.errors ?? [], value, document));
  const { apiVersion, kind, metadata } = request;
  return accepted({ ...value, apiVersion, kind, metadata, spec: toRecord(value['spec']) ?? {} });
}
