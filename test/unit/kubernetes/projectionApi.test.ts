import { expect, test } from '@jest/globals';
import { promiseApi } from '../../../activities/kubernetes/projection/promiseApi.js';
import { ApiDefinition } from '../../../src/documents/apiDefinition.js';
import { toRecord } from '../../../src/documents/toRecord.js';
import { api } from '../../platform/documents.js';

const definition = ApiDefinition.parse(api('Thing', { size: { type: 'string' } }));

test('the definition has the status columns, the status schema, a limited name and a label', () => {
  const { metadata, spec } = promiseApi('thing', definition);
  expect(metadata.labels).toEqual({ 'kratix.io/promise-name': 'thing' });
  expect(spec.versions[0]).toMatchObject({
    subresources: { status: {} },
    additionalPrinterColumns: [
      { name: 'message', type: 'string', jsonPath: '.status.message' },
      { name: 'status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Reconciled")].message' },
    ],
    schema: {
      openAPIV3Schema: {
        properties: {
          metadata: { properties: { name: { maxLength: 63 } } },
          spec: { properties: { size: { type: 'string' } } },
          status: { 'x-kubernetes-preserve-unknown-fields': true, properties: { message: { type: 'string' } } },
        },
      },
    },
  });
});

test.each([
  [undefined, { type: 'object', properties: { name: { type: 'string', maxLength: 63 } } }],
  [
    { properties: { name: { pattern: '^db-', maxLength: 20 }, generateName: { type: 'string', maxLength: 10 } } },
    {
      type: 'object',
      properties: {
        name: { type: 'string', pattern: '^db-', maxLength: 20 },
        generateName: { type: 'string', maxLength: 10 },
      },
    },
  ],
  [
    { type: 'object', properties: { name: { type: 'string', description: 'short', maxLength: 200 } } },
    { type: 'object', properties: { name: { type: 'string', description: 'short', maxLength: 63 } } },
  ],
])('what the author says about names stays, within the limit: %j', (metadata, expected) => {
  expect(metadataOf(promiseApi('thing', withMetadata(metadata)).spec.versions[0])).toEqual(expected);
});

test('a version that is not stored keeps what its author says about names', () => {
  const metadata = { type: 'object', properties: { name: { type: 'string', maxLength: 200 } } };
  const [stored] = withMetadata(metadata).spec.versions;
  const versions = stored === undefined ? [] : [stored, { ...stored, name: 'v2', storage: false }];
  const { spec } = promiseApi('thing', { ...definition, spec: { ...definition.spec, versions } });
  expect(metadataOf(spec.versions[1])).toEqual(metadata);
});

function withMetadata(metadata: unknown): ApiDefinition {
  const changed = structuredClone(definition);
  const schema = toRecord(changed.spec.versions[0]?.schema.openAPIV3Schema['properties']) ?? {};
  if (metadata !== undefined) schema['metadata'] = metadata;
  return changed;
}

function metadataOf(version: Record<string, unknown> | undefined): unknown {
  const schema = toRecord(toRecord(version?.['schema'])?.['openAPIV3Schema']);
  return toRecord(schema?.['properties'])?.['metadata'];
}

test('columns of its own stay', () => {
  const [version] = definition.spec.versions;
  const additionalPrinterColumns = [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }];
  const versions = version === undefined ? [] : [{ ...version, additionalPrinterColumns }];
  const { spec } = promiseApi('thing', { ...definition, spec: { ...definition.spec, versions } });
  expect(spec.versions[0]).toMatchObject({ additionalPrinterColumns });
});
