import { describe, expect, test } from '@jest/globals';
import { ApiDefinition } from '../../../src/documents/apiDefinition.js';
import { checkAgainstApi } from '../../../src/documents/checkAgainstApi.js';
import { checkRequest } from '../../../src/documents/request.js';
import { lines, problemsOf, valueOf } from './fixtures.js';

function apiOf(spec: object, more: object = {}): ApiDefinition {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec }, ...more } };
  return ApiDefinition.parse({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', plural: 'widgets' },
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema },
        { name: 'v1beta1', served: true, storage: false, schema },
        { name: 'v1alpha1', served: false, storage: false, schema },
      ],
    },
  });
}

function fields(properties: object, more: object = {}): ApiDefinition {
  return apiOf({ type: 'object', properties, ...more });
}

function requestOf(spec: unknown, more: object = {}) {
  return valueOf(
    checkRequest({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec, ...more }, 'r.yaml'),
  );
}

function refusals(api: ApiDefinition, spec: unknown): string[] {
  return problemsOf(checkAgainstApi(api, requestOf(spec), 'r.yaml'));
}

function filled(api: ApiDefinition, spec: unknown): unknown {
  return valueOf(checkAgainstApi(api, requestOf(spec), 'r.yaml')).spec;
}

const text = { type: 'string' };

describe("a request's shape", () => {
  test('namespace and spec have defaults, status is left out', () => {
    const request = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', uid: 'x' },
      status: { a: 1 },
    };
    expect(valueOf(checkRequest(request, 'r.yaml'))).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'default' },
      spec: {},
    });
  });

  test.each<[unknown, string[]]>([
    [[], ['expected an object, found an empty list']],
    [
      { metadata: {} },
      [
        'apiVersion: expected a string, found nothing',
        'kind: expected a string, found nothing',
        'metadata.name: expected a string, found nothing',
      ],
    ],
    [
      { apiVersion: 'v1', kind: '', metadata: { name: 'A', namespace: 'x/y' }, spec: [] },
      [
        'apiVersion: expected a group and a version such as example.com/v1, found "v1"',
        'kind: expected a string that is not empty, found ""',
        'metadata.name: expected a DNS-1123 name such as my-name (a-z, 0-9, - and .), found "A"',
        'metadata.namespace: expected a DNS label such as my-name (a-z, 0-9 and -, at most 63 characters), found "x/y"',
        'spec: expected an object, found an empty list',
      ],
    ],
    [
      { apiVersion: 'a.b/v1', kind: 'K', metadata: { name: 'n'.repeat(64) } },
      ['metadata.name: expected at most 63 characters, found 64'],
    ],
  ])('%j', (value, expected) => {
    expect(problemsOf(checkRequest(value, 'r.yaml'))).toEqual(expected);
  });
});

describe("the request's version and kind", () => {
  test.each(['example.com/v2', 'example.com/v1alpha1', 'other.com/v1'])('%s is not served', (apiVersion) => {
    expect(problemsOf(checkAgainstApi(fields({}), { ...requestOf({}), apiVersion }, 'r.yaml'))).toEqual([
      `apiVersion: expected one of example.com/v1, example.com/v1beta1, found "${apiVersion}"`,
    ]);
  });

  test('another kind, named with the document', () => {
    const checked = checkAgainstApi(fields({}), { ...requestOf({}), kind: 'Gadget' }, 'r.yaml');
    expect(checked).toEqual({
      ok: false,
      problems: [{ document: 'r.yaml: Gadget default/a', field: 'kind', message: 'expected "Widget", found "Gadget"' }],
    });
  });
});

describe('what a schema refuses', () => {
  test.each<[string, object, unknown, string]>([
    [
      'enum',
      { env: { ...text, enum: ['dev', 'prod'] } },
      { env: 'qa' },
      'spec.env: expected one of dev, prod, found "qa"',
    ],
    ['type', { size: { type: 'integer' } }, { size: '3' }, 'spec.size: expected a whole number, found "3"'],
    ['unknown field', { a: text, b: text }, { c: 1 }, 'spec.c: unknown field "c", expected one of a, b'],
    [
      'unknown field below',
      { a: { type: 'array', items: { type: 'object', properties: { n: text } } } },
      { a: [{ n: 'x' }, { m: 1 }] },
      'spec.a[1].m: unknown field "m", expected "n"',
    ],
    [
      'unknown field of an empty object',
      { a: { type: 'object' } },
      { a: { b: 1 } },
      'spec.a.b: unknown field "b", expected no fields here',
    ],
    ['minimum', { n: { type: 'integer', minimum: 1 } }, { n: 0 }, 'spec.n: expected at least 1, found the number 0'],
    [
      'exclusive minimum',
      { n: { type: 'integer', minimum: 1, exclusiveMinimum: true } },
      { n: 1 },
      'spec.n: expected more than 1, found the number 1',
    ],
    ['maxLength', { a: { ...text, maxLength: 2 } }, { a: 'abc' }, 'spec.a: expected at most 2 characters, found "abc"'],
    [
      'minItems',
      { a: { type: 'array', items: text, minItems: 1 } },
      { a: [] },
      'spec.a: expected at least 1 entry, found an empty list',
    ],
    [
      'pattern',
      { a: { ...text, pattern: '^a\\-b$' } },
      { a: 'x' },
      'spec.a: expected text that matches ^a\\-b$, found "x"',
    ],
    [
      'int32',
      { n: { type: 'integer', format: 'int32' } },
      { n: 3e9 },
      'spec.n: expected the format int32, found the number 3000000000',
    ],
    [
      'date-time',
      { t: { ...text, format: 'date-time' } },
      { t: 'noon' },
      'spec.t: expected the format date-time, found "noon"',
    ],
    ['byte', { t: { ...text, format: 'byte' } }, { t: '*' }, 'spec.t: expected the format byte, found "*"'],
    [
      'duration',
      { t: { ...text, format: 'duration' } },
      { t: 'PT1H' },
      'spec.t: expected the format duration, found "PT1H"',
    ],
    [
      'a password is not shown',
      { p: { ...text, format: 'password', minLength: 20 } },
      { p: 'hunter2' },
      'spec.p: expected at least 20 characters, found a string',
    ],
    [
      'a secret by its name is not shown',
      { dbPassword: { ...text, pattern: '^x' } },
      { dbPassword: 'hunter2' },
      'spec.dbPassword: expected text that matches ^x, found a string',
    ],
    [
      'a set',
      { a: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' } },
      { a: ['x', 'x'] },
      'spec.a: expected a list without duplicates, found entries 0 and 1 equal',
    ],
    [
      'int-or-string',
      { p: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, text] } },
      { p: true },
      'spec.p: expected a whole number or a string, found the boolean true',
    ],
    [
      'a map of strings',
      { m: { type: 'object', additionalProperties: text } },
      { m: { a: 1 } },
      'spec.m.a: expected a string, found the number 1',
    ],
    [
      'an embedded resource',
      { o: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true } },
      { o: { kind: 'X', data: 1 } },
      'spec.o.apiVersion: expected a string, found nothing',
    ],
    [
      'not',
      { a: { ...text, not: { enum: ['x'] } } },
      { a: 'x' },
      'spec.a: expected a value that its schema does not rule out, found "x"',
    ],
  ])('%s', (_what, properties, spec, expected) => {
    expect(refusals(fields(properties), spec)).toEqual([expected]);
  });

  test('everything at once, and what is missing', () => {
    const api = fields({ a: text, b: { type: 'integer' }, c: text }, { required: ['c'] });
    expect(refusals(api, { a: 1, b: 'x', d: 1 }).toSorted()).toEqual([
      'spec.a: expected a string, found the number 1',
      'spec.b: expected a whole number, found "x"',
      'spec.c: expected a string, found nothing',
      'spec.d: unknown field "d", expected one of a, b, c',
    ]);
  });

  test('alternatives name their reasons', () => {
    const api = fields({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] });
    expect(refusals(api, {})).toEqual([
      'spec: expected exactly one of its alternatives to hold (spec.a: expected a value, found nothing; spec.b: expected a value, found nothing), found an empty object',
    ]);
    expect(refusals(api, { a: 'x' })).toEqual([]);
  });

  test('a field beside spec that the API does not have', () => {
    const checked = checkAgainstApi(fields({}), requestOf({}, { data: 1 }), 'r.yaml');
    expect(problemsOf(checked)).toEqual(['data: unknown field "data", expected "spec"']);
  });
});

describe('what a schema accepts', () => {
  test('a default of null is none', () => {
    expect(filled(fields({ note: { ...text, default: null } }), {})).toEqual({});
  });

  test('defaults are filled in at every level; the request stays as it was', () => {
    const api = fields({
      env: { ...text, default: 'dev' },
      size: { type: 'object', default: {}, properties: { cpu: { type: 'integer', default: 2 } } },
      list: { type: 'array', items: { type: 'object', properties: { v: { ...text, default: 'latest' } } } },
    });
    const request = requestOf({ list: [{}] });
    const checked = valueOf(checkAgainstApi(api, request, 'r.yaml'));
    expect(checked.spec).toEqual({ env: 'dev', size: { cpu: 2 }, list: [{ v: 'latest' }] });
    expect(request.spec).toEqual({ list: [{}] });
    expect(checked.metadata).toEqual(request.metadata);
  });

  test.each<[string, object, unknown, unknown]>([
    [
      'null where it is not nullable is absent',
      { a: { ...text, default: 'x' }, b: text },
      { a: null, b: null },
      { a: 'x' },
    ],
    ['nullable null', { a: { ...text, nullable: true, enum: ['x'] } }, { a: null }, { a: null }],
    [
      'int-or-string',
      { p: { 'x-kubernetes-int-or-string': true }, q: { 'x-kubernetes-int-or-string': true } },
      { p: 80, q: 'http' },
      { p: 80, q: 'http' },
    ],
    [
      'preserved fields',
      { a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      { a: { b: 1 } },
      { a: { b: 1 } },
    ],
    ['anything', { a: { 'x-kubernetes-preserve-unknown-fields': true } }, { a: [1] }, { a: [1] }],
    ['an unknown format', { a: { ...text, format: 'colour' } }, { a: 'red' }, { a: 'red' }],
    ['a Go pattern', { a: { ...text, pattern: '(?i)^RED$' } }, { a: 'red' }, { a: 'red' }],
    ['a Go duration', { a: { ...text, format: 'duration' } }, { a: '1h30m' }, { a: '1h30m' }],
    [
      'a CEL rule is not evaluated',
      { a: { ...text, 'x-kubernetes-validations': [{ rule: 'false' }] } },
      { a: 'x' },
      { a: 'x' },
    ],
    [
      'an embedded resource',
      { o: { type: 'object', 'x-kubernetes-embedded-resource': true } },
      { o: { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' } } },
      { o: { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' } } },
    ],
  ])('%s', (_what, properties, spec, expected) => {
    expect(filled(fields(properties), spec)).toEqual(expected);
  });

  test('an API that has no spec, and one that requires metadata of its own', () => {
    const api = apiOf(
      { type: 'object' },
      { properties: { data: text, metadata: { type: 'string' } }, required: ['metadata'] },
    );
    const checked = valueOf(checkAgainstApi(api, requestOf(undefined, { data: 'x' }), 'r.yaml'));
    expect(checked).toEqual({ ...requestOf({}), data: 'x' });
  });
});

test('problems name document and field', () => {
  const checked = checkAgainstApi(fields({ a: text }), requestOf({ a: 1 }), 'r.yaml');
  expect(checked.ok ? [] : lines(checked.problems)).toEqual(['spec.a: expected a string, found the number 1']);
});
