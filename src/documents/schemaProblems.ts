import type { ErrorObject } from 'ajv';
import type { Problem } from '../domain/problem.js';
import { describeType, describeValue, nameType } from './describeValue.js';
import { fieldPath, valueAt } from './fieldPath.js';
import { oneOf } from './shapeProblems.js';
import { toRecord } from './toRecord.js';

/** What a schema says against a request, in words; `root` is the value that was validated. */
export function schemaProblems(errors: readonly ErrorObject[], root: unknown, document: string): Problem[] {
  // Each alternative's own errors stand in the anyOf's or oneOf's message; beside it they would contradict each other.
  const own = errors.filter((error) => !/\/(anyOf|oneOf)\/\d/.test(error.schemaPath) && error.keyword !== 'if');
  const problems = own.map((error): Problem => {
    const path = [...schemaErrorPath(root, error.instancePath), ...missingStep(error)];
    return { document, field: fieldPath(path), message: message(error, errors, root) };
  });
  return problems.filter((problem, index) => problems.findIndex((other) => same(other, problem)) === index);
}

/** A JSON pointer as a path; a step into a list becomes a number. */
export function schemaErrorPath(root: unknown, pointer: string): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const step = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(root, path)) ? Number(step) : step);
  }
  return path;
}

function same(a: Problem, b: Problem): boolean {
  return a.field === b.field && a.message === b.message;
}

function missingStep({ keyword, params }: ErrorObject): string[] {
  if (keyword === 'required') return [String(params['missingProperty'])];
  return keyword === 'additionalProperties' ? [String(params['additionalProperty'])] : [];
}

function message(error: ErrorObject, errors: readonly ErrorObject[], root: unknown): string {
  const { keyword, params, data } = error;
  const parent = toRecord(error.parentSchema) ?? {};
  const properties = toRecord(parent['properties']) ?? {};
  if (keyword === 'additionalProperties') {
    const known = Object.keys(properties).filter((name) => properties[name] !== true);
    const names = known.length === 0 ? 'expected no fields here' : `expected ${oneOf(known)}`;
    return `unknown field ${JSON.stringify(params['additionalProperty'])}, ${names}`;
  }
  if (keyword === 'required') {
    const missing = toRecord(properties[String(params['missingProperty'])]) ?? {};
    return `expected ${typeWords(missing['type'])}, found nothing`;
  }
  if (keyword === 'uniqueItems')
    return `expected a list without duplicates, found entries ${equalEntries(params)} equal`;
  const found = mayBeSecret(error, parent) ? describeType(data) : describeValue(data);
  return `expected ${expectation(error, errors, root)}, found ${found}`;
}

function expectation(error: ErrorObject, errors: readonly ErrorObject[], root: unknown): string {
  const { keyword, params } = error;
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'type':
      return typeWords(params['type']);
    case 'enum':
      return oneOf(listOf(params['allowedValues']).map(String));
    case 'minimum':
      return `at least ${limit}`;
    case 'maximum':
      return `at most ${limit}`;
    case 'exclusiveMinimum':
      return `more than ${limit}`;
    case 'exclusiveMaximum':
      return `less than ${limit}`;
    case 'multipleOf':
      return `a multiple of ${String(params['multipleOf'])}`;
    case 'minLength':
    case 'maxLength':
      return `${bound(keyword)} ${counted(limit, 'character')}`;
    case 'minItems':
    case 'maxItems':
      return `${bound(keyword)} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    case 'minProperties':
    case 'maxProperties':
      return `${bound(keyword)} ${counted(limit, 'field')}`;
    case 'pattern':
      return `text that matches ${String(params['pattern'])}`;
    case 'format':
      return `the format ${String(params['format'])}`;
    case 'anyOf':
    case 'oneOf':
      return `${keyword === 'anyOf' ? 'one' : 'exactly one'} of its alternatives to hold${alternatives(error, errors, root)}`;
    case 'not':
      return 'a value that its schema does not rule out';
    default:
      return error.message ?? 'another value';
  }
}

/** ` (spec.size: expected a string …; …)`: why none of the alternatives holds. */
function alternatives(error: ErrorObject, errors: readonly ErrorObject[], root: unknown): string {
  const inside = errors.filter((other) => {
    const below =
      other.schemaPath.startsWith(`${error.schemaPath}/`) && other.instancePath.startsWith(error.instancePath);
    return below && !/\/(anyOf|oneOf)\/\d/.test(other.schemaPath.slice(error.schemaPath.length + 2));
  });
  const reasons = inside.map((other) => {
    const path = [...schemaErrorPath(root, other.instancePath), ...missingStep(other)];
    return `${fieldPath(path)}: ${message(other, errors, root)}`;
  });
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** A password is not for a message that people read and logs keep. */
function mayBeSecret({ instancePath }: ErrorObject, schema: Record<string, unknown>): boolean {
  return (
    schema['format'] === 'password' || /(passw|passphrase|secret|token|credential|apikey)[^/]*$/i.test(instancePath)
  );
}

function equalEntries(params: Record<string, unknown>): string {
  return [Number(params['i']), Number(params['j'])].toSorted((a, b) => a - b).join(' and ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function bound(keyword: string): string {
  return keyword.startsWith('min') ? 'at least' : 'at most';
}

function typeWords(type: unknown): string {
  const types = (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string');
  return types.length === 0 ? 'a value' : types.map(nameType).join(' or ');
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
