import type { Problem } from '../domain/problem.js';
import type { ApiDefinition } from './apiDefinition.js';
import { newAjv } from './compileApi.js';
import { fieldPath } from './fieldPath.js';
import { schemaProblems } from './schemaProblems.js';
import type { Schema } from './structuralSchema.js';
import { translateSchema } from './structuralSchema.js';
import { toRecord } from './toRecord.js';

type Path = readonly PropertyKey[];

/**
 * Defaults that their own schema refuses, as an API server refuses them: otherwise every request that leaves the field
 * out would be told that it said something wrong. For a definition that compiles and stands at `base`.
 */
export function defaultProblems(api: ApiDefinition, document: string, base: Path): Problem[] {
  // One for all of them: making it takes longer than most schemas.
  const ajv = newAjv();
  return api.spec.versions.flatMap(({ schema }, index) => {
    const path = [...base, 'spec', 'versions', index, 'schema', 'openAPIV3Schema'];
    return problemsAt(translateSchema(schema.openAPIV3Schema).schema, path);
  });

  function problemsAt(node: unknown, path: Path): Problem[] {
    const schema = toRecord(node);
    if (schema === undefined) return [];
    const properties = Object.entries(toRecord(schema['properties']) ?? {});
    return [
      ...ownProblems(schema, path),
      ...properties.flatMap(([name, child]) => problemsAt(child, [...path, 'properties', name])),
      ...problemsAt(schema['items'], [...path, 'items']),
      ...problemsAt(schema['additionalProperties'], [...path, 'additionalProperties']),
    ];
  }

  function ownProblems(schema: Schema, path: Path): Problem[] {
    const value = schema['default'];
    if (value === undefined) return [];
    const validate = ajv.compile({ type: 'object', properties: { default: schema } });
    const holder = { default: structuredClone(value) };
    if (validate(holder)) return [];
    return schemaProblems(validate.errors ?? [], holder, document).map((problem) => ({
      ...problem,
      field: `${fieldPath(path)}.${problem.field}`,
    }));
  }
}
