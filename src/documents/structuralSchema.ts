import { describeValue } from './describeValue.js';
import { toRecord } from './toRecord.js';

export type Schema = Record<string, unknown>;

export interface SchemaFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export interface Translated {
  readonly schema: Schema;
  readonly faults: readonly SchemaFault[];
}

/** These are Kubernetes' own to check, and Kratix replaces `status` (reference, section 3.2). */
export const fieldsOfKubernetes: readonly string[] = ['apiVersion', 'kind', 'metadata', 'status'];

/**
 * Kubernetes' structural schema as the JSON schema that checks the same: unknown fields refused unless they are
 * preserved, `nullable` and int-or-string as types, boolean `exclusiveMinimum` as numbers.
 * CEL rules (`x-kubernetes-validations`) are not evaluated: only an API server does that.
 */
export function translateSchema(openApi: Schema): Translated {
  const faults: SchemaFault[] = [];
  if (openApi['type'] !== 'object')
    faults.push({ path: ['type'], message: 'expected "object" at the root of a schema' });
  const properties = toRecord(openApi['properties']) ?? {};
  const own = Object.entries(properties).filter(([name]) => !fieldsOfKubernetes.includes(name));
  const root: Schema = { ...openApi, type: 'object', properties: Object.fromEntries(own) };
  const schema = translate(root, [], true, faults);
  const free = Object.fromEntries(fieldsOfKubernetes.map((name) => [name, true]));
  const required = stringsOf(openApi['required']).filter((name) => !fieldsOfKubernetes.includes(name));
  return { schema: { ...schema, properties: { ...toRecord(schema['properties']), ...free }, required }, faults };
}

type Path = readonly PropertyKey[];

/** `structural` is false inside allOf, anyOf, oneOf and not: those check values only and close nothing. */
function translate(node: Schema, path: Path, structural: boolean, faults: SchemaFault[]): Schema {
  faults.push(...keywordFaults(node, path));
  const result: Schema = Object.fromEntries(Object.entries(node).filter(([key]) => copied.has(key)));
  // To Kubernetes that is none.
  if (result['default'] === null) delete result['default'];
  const preserved = node['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = node['x-kubernetes-int-or-string'] === true || node['format'] === 'int-or-string';
  const { type } = node;
  if (intOrString) result['type'] = ['integer', 'string'];
  else if (type !== undefined && !types.includes(type)) {
    const message = `expected one of ${types.join(', ')}, found ${describeValue(type)}`;
    faults.push({ path: [...path, 'type'], message });
  } else if (structural && type === undefined && !preserved && node['x-kubernetes-embedded-resource'] !== true) {
    faults.push({ path: [...path, 'type'], message: 'expected a type, found nothing' });
  }
  if (intOrString && result['format'] === 'int-or-string') delete result['format'];
  exclusiveBound(node, result, 'exclusiveMinimum', 'minimum');
  exclusiveBound(node, result, 'exclusiveMaximum', 'maximum');
  if (node['x-kubernetes-list-type'] === 'set') result['uniqueItems'] = true;
  translateChildren(node, result, path, structural, faults);
  // The type already says it; as alternatives the two would only be reported twice.
  if (intOrString) delete result['anyOf'];
  if (node['x-kubernetes-embedded-resource'] === true) embed(result);
  if (structural && type === 'object' && result['additionalProperties'] === undefined && !preserved) {
    result['additionalProperties'] = false;
  }
  return node['nullable'] === true ? nullable(result) : result;
}

function translateChildren(node: Schema, result: Schema, path: Path, structural: boolean, faults: SchemaFault[]): void {
  const child = (value: unknown, steps: PropertyKey[], within: boolean): unknown => {
    const schema = toRecord(value);
    if (schema !== undefined) return translate(schema, [...path, ...steps], within, faults);
    faults.push({ path: [...path, ...steps], message: 'expected a schema (an object)' });
    return true;
  };
  const properties = toRecord(node['properties']);
  if (properties !== undefined) {
    const entries = Object.entries(properties);
    result['properties'] = Object.fromEntries(
      entries.map(([key, value]) => [key, child(value, ['properties', key], structural)]),
    );
  }
  if (node['items'] !== undefined) result['items'] = child(node['items'], ['items'], structural);
  const additional = node['additionalProperties'];
  if (typeof additional === 'boolean') result['additionalProperties'] = additional;
  else if (additional !== undefined) {
    result['additionalProperties'] = child(additional, ['additionalProperties'], structural);
  }
  if (node['not'] !== undefined) result['not'] = child(node['not'], ['not'], false);
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    const list = node[key];
    if (Array.isArray(list)) result[key] = list.map((value, index) => child(value, [key, index], false));
  }
}

function exclusiveBound(node: Schema, result: Schema, exclusive: string, bound: string): void {
  if (node[exclusive] !== true) return;
  result[exclusive] = node[bound];
  delete result[bound];
}

function nullable(schema: Schema): Schema {
  const result = { ...schema };
  const { type } = schema;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (type !== undefined) result['type'] = [...types, 'null'];
  const values: readonly unknown[] = Array.isArray(schema['enum']) ? schema['enum'] : [null];
  if (!values.includes(null)) result['enum'] = [...values, null];
  return result;
}

/** A whole Kubernetes object inside another: its own three fields need no mention in the schema. */
function embed(schema: Schema): void {
  const identity = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  schema['type'] = 'object';
  schema['properties'] = { ...identity, ...toRecord(schema['properties']) };
  schema['required'] = [...new Set([...stringsOf(schema['required']), 'apiVersion', 'kind'])];
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function keywordFaults(node: Schema, path: Path): SchemaFault[] {
  const unknown = Object.keys(node).filter((key) => !copied.has(key) && !handled.has(key) && !key.startsWith('x-'));
  return unknown.map((key) => {
    const known = forbidden.has(key) ? 'not allowed in the schema of a custom resource' : 'unknown to a schema';
    return { path: [...path, key], message: `${JSON.stringify(key)} is ${known}` };
  });
}

const types: readonly unknown[] = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

const copied = new Set(
  (
    'type enum required minimum maximum minLength maxLength pattern minItems maxItems uniqueItems minProperties ' +
    'maxProperties multipleOf format default'
  ).split(' '),
);
const handled = new Set(
  (
    'properties items additionalProperties not allOf anyOf oneOf nullable exclusiveMinimum exclusiveMaximum ' +
    'description title example externalDocs'
  ).split(' '),
);
const forbidden = new Set('$ref $schema id definitions dependencies patternProperties additionalItems'.split(' '));
