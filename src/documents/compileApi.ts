import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import type { Checked, Problem } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { reason } from '../domain/failure.js';
import type { ApiDefinition, ApiVersion } from './apiDefinition.js';
import { documentName } from './documentName.js';
import { fieldPath } from './fieldPath.js';
import { goPattern } from './goPattern.js';
import { schemaErrorPath } from './schemaProblems.js';
import { addStructuralFormats } from './structuralFormats.js';
import type { Schema, SchemaFault } from './structuralSchema.js';
import { translateSchema } from './structuralSchema.js';

/** A version of an API that is ready to check requests. */
export interface CompiledVersion {
  readonly name: string;
  readonly served: boolean;
  /** The schema as its author wrote it. */
  readonly openApi: Schema;
  /** True for a valid request; fills defaults into the value it is given. */
  readonly validate: ValidateFunction;
}

export interface CompiledApi {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly versions: readonly CompiledVersion[];
}

/** Compiles every version's schema; what does not compile is refused with its place. */
export function compileApi(api: ApiDefinition, source: string): Checked<CompiledApi> {
  return compileVersions(api, documentName(api, source), []);
}

/** As {@link compileApi}, for a definition that stands at `base` in the document named. */
export function compileVersions(
  api: ApiDefinition,
  document: string,
  base: readonly PropertyKey[],
): Checked<CompiledApi> {
  const versions: CompiledVersion[] = [];
  const problems: Problem[] = [];
  api.spec.versions.forEach((version, index) => {
    const compiled = compileVersion(version);
    if (compiled.ok) versions.push(compiled.value);
    const path = [...base, 'spec', 'versions', index, 'schema', 'openAPIV3Schema'];
    for (const fault of compiled.ok ? [] : compiled.faults) {
      problems.push({ document, field: fieldPath([...path, ...fault.path]), message: fault.message });
    }
  });
  if (problems.length > 0) return refused(...problems);
  const { group, names } = api.spec;
  return accepted({ group, kind: names.kind, plural: names.plural, versions });
}

type Compiled =
  | { readonly ok: true; readonly value: CompiledVersion }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] };

function compileVersion(version: ApiVersion): Compiled {
  const openApi = version.schema.openAPIV3Schema;
  const { schema, faults } = translateSchema(openApi);
  if (faults.length > 0) return { ok: false, faults };
  const ajv = newAjv();
  if (ajv.validateSchema(schema) !== true) return { ok: false, faults: metaFaults(ajv, schema) };
  try {
    const validate = ajv.compile(schema);
    return { ok: true, value: { name: version.name, served: version.served, openApi, validate } };
  } catch (thrown) {
    return { ok: false, faults: [{ path: [], message: `expected a schema that compiles: ${reason(thrown)}` }] };
  }
}

/** A validator of structural schemas, Go's patterns and Kubernetes' formats included. */
export function newAjv(): Ajv {
  const regExp = Object.assign(goPattern, { code: 'goPattern' });
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    // Kubernetes' schemas use formats and combinations that ajv's strict mode knows nothing of.
    strict: false,
    logger: false,
    code: { regExp },
  });
  addStructuralFormats(ajv);
  return ajv;
}

function metaFaults(ajv: Ajv, schema: Schema): SchemaFault[] {
  const errors = (ajv.errors ?? []).filter((error) => error.keyword !== 'anyOf' && error.keyword !== 'if');
  const faults = errors.map((error) => ({
    path: schemaErrorPath(schema, error.instancePath),
    message: error.message ?? 'expected another value',
  }));
  return faults.filter((fault, index) => faults.findIndex((other) => sameFault(other, fault)) === index);
}

function sameFault(a: SchemaFault, b: SchemaFault): boolean {
  return a.message === b.message && fieldPath(a.path) === fieldPath(b.path);
}
