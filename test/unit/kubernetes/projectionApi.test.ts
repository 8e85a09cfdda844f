import { expect, test } from '@jest/globals';
import { promiseApi } from '../../../activities/kubernetes/projection/promiseApi.js';
import { ApiDefinition } from '../../../src/documents/apiDefinition.js';
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

test('columns of its own stay', () => {
  const [version] = definition.spec.versions;
  const additionalPrinterColumns = [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }];
  const versions = version === undefined ? [] : [{ ...version, additionalPrinterColumns }];
  const { spec } = promiseApi('thing', { ...definition, spec: { ...definition.spec, versions } });
  expect(spec.versions[0]).toMatchObject({ additionalPrinterColumns });
});
