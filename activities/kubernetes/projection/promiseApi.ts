import type { ApiDefinition, ApiVersion } from '../../../src/documents/apiDefinition.js';
import { storageVersion } from '../../../src/documents/apiDefinition.js';
import { longestName } from '../../../src/documents/metadata.js';
import { toRecord } from '../../../src/documents/toRecord.js';
import { md5 } from '../objectName.js';
import type { ClusterObject } from './clusterObject.js';
import { isOurs } from './ownFields.js';
import { conditionOf } from './statusConditions.js';
import { sourceAnnotation } from './workObject.js';

export const promiseLabel = 'kratix.io/promise-name';

/** The CustomResourceDefinition that a Promise's API becomes (reference, section 3.2). */
export function promiseApi(promise: string, api: ApiDefinition) {
  const { name, labels, annotations } = api.metadata;
  const stored = storageVersion(api);
  const versions = api.spec.versions.map((version) => withStatus(version, version === stored));
  const spec = { ...api.spec, versions };
  return {
    metadata: {
      name,
      labels: { ...strings(labels), [promiseLabel]: promise },
      annotations: { ...strings(annotations), [sourceAnnotation]: md5(JSON.stringify([labels, annotations, spec])) },
    },
    spec,
  };
}

/**
 * Whether the cluster has the definition already, made from the same API for this Promise, and nobody has edited what is
 * ours in it.
 */
export function isCurrent(found: ClusterObject | undefined, wanted: ReturnType<typeof promiseApi>): boolean {
  const { annotations, labels } = found?.metadata ?? {};
  const same = annotations?.[sourceAnnotation] === wanted.metadata.annotations[sourceAnnotation];
  return same && labels?.[promiseLabel] === wanted.metadata.labels[promiseLabel] && isOurs(found, wanted);
}

/** Whether the API server serves it. */
export function isEstablished(definition: ClusterObject | undefined): boolean {
  return conditionOf(definition?.status, 'Established')?.status === 'True';
}

function withStatus(version: ApiVersion, stored: boolean): Record<string, unknown> {
  const columns = version['additionalPrinterColumns'];
  const openApi = version.schema.openAPIV3Schema;
  const given = toRecord(openApi['properties']);
  const metadata = stored ? { metadata: withLimitedName(toRecord(given?.['metadata'])) } : {};
  const properties = { ...given, ...metadata, status };
  return {
    ...version,
    subresources: { ...toRecord(version['subresources']), status: {} },
    additionalPrinterColumns: Array.isArray(columns) && columns.length > 0 ? columns : defaultColumns,
    schema: { ...version.schema, openAPIV3Schema: { ...openApi, properties } },
  };
}

/** What an author says about names stays: a pattern, or fewer characters. */
function withLimitedName(given: Record<string, unknown> | undefined): Record<string, unknown> {
  const properties = toRecord(given?.['properties']);
  const name = toRecord(properties?.['name']);
  const limit = name?.['maxLength'];
  const maxLength = typeof limit === 'number' ? Math.min(limit, longestName) : longestName;
  return { type: 'object', ...given, properties: { ...properties, name: { type: 'string', ...name, maxLength } } };
}

const text = { type: 'string' };
const count = { type: 'integer', format: 'int64' };

const defaultColumns = [
  { name: 'message', type: 'string', jsonPath: '.status.message' },
  { name: 'status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Reconciled")].message' },
];

/** Kratix's, with a time format that exists (10.1, B53). */
const status = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    message: text,
    observedGeneration: count,
    workflows: count,
    workflowsSucceeded: count,
    workflowsFailed: count,
    conditions: {
      type: 'array',
      // Others may have conditions of their own beside ours.
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type'],
        properties: {
          lastTransitionTime: { type: 'string', format: 'date-time' },
          message: text,
          reason: text,
          status: text,
          type: text,
        },
      },
    },
    kratix: {
      type: 'object',
      properties: {
        workflows: {
          type: 'object',
          properties: {
            lastSuccessfulConfigureWorkflowTime: text,
            suspendedGeneration: count,
            pipelines: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  name: text,
                  phase: text,
                  message: text,
                  nextRetryAt: text,
                  attempts: count,
                  lastTransitionTime: { type: 'string', format: 'date-time' },
                },
              },
            },
          },
        },
      },
    },
  },
};

function strings(value: unknown): Record<string, string> {
  const entries = Object.entries(toRecord(value) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
