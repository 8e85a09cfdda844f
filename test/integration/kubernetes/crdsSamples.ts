export const apiVersion = 'platform.kratix.io/v1alpha1';

export interface Sample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
  readonly data?: object;
}

/** An object of the cluster's own. */
export function clusterWide(kind: string, spec: object, name = 'sample'): Sample {
  return { apiVersion, kind, metadata: { name }, spec };
}

export function namespaced(kind: string, spec: object, name = 'sample'): Sample {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}

export function healthRecord(data: object): Sample {
  return { apiVersion, kind: 'HealthRecord', metadata: { name: 'sample', namespace: 'default' }, data };
}

export function pipeline(name: string, changes: object = {}) {
  return {
    apiVersion,
    kind: 'Pipeline',
    metadata: { name },
    spec: { containers: [{ name: 'render', image: 'example/render:1', command: ['/render'] }] },
    ...changes,
  };
}

/** The API of a Promise. */
export const api = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'jenkins.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'jenkins', plural: 'jenkins', singular: 'jenkins' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { env: { type: 'string', default: 'dev' } } } },
          },
        },
      },
    ],
  },
};

export const promiseSpec = {
  api,
  requiredPromises: [{ name: 'operators', version: 'v1.0.0' }, { name: 'network' }],
  dependencies: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'jenkins' }, anything: { goes: [1, 'two'] } },
  ],
  destinationSelectors: [
    { matchLabels: { environment: 'dev' }, matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] },
  ],
  workflows: {
    config: { pipelineNamespace: 'pipelines', reconciliationInterval: '1h30m' },
    promise: { configure: [pipeline('setup')], delete: [pipeline('remove')] },
    resource: {
      configure: [
        pipeline('instance-configure'),
        pipeline('second', { metadata: { name: 'second', labels: { a: '' } } }),
      ],
      delete: [pipeline('instance-delete')],
    },
  },
};

const workloads = [{ filepath: 'jenkins.yaml', content: 'H4sIAAAAAAAA' }];

export const specs = {
  destination: { path: 'worker-1', stateStoreRef: { kind: 'GitStateStore', name: 'main' } },
  bucket: { bucketName: 'kratix', endpoint: 'minio:9000', secretRef: { name: 'keys', namespace: 'default' } },
  git: { url: 'https://git.example.com/state.git', secretRef: { name: 'login' } },
  release: { sourceRef: { type: 'http', url: 'https://example.com/promise.yaml' } },
  revision: { promiseRef: { name: 'jenkins' }, version: 'v1.0.0', promiseSpec },
  binding: {
    version: 'latest',
    promiseRef: { name: 'jenkins' },
    resourceRef: { name: 'example', namespace: 'default', generation: 2 },
  },
  work: {
    promiseName: 'jenkins',
    resourceName: 'example',
    lastExecutionTimestamp: '2026-01-01T00:00:00Z',
    workloadGroups: [
      {
        directory: '.',
        id: '5058f1af8388633f609cadb75a75dc9d',
        destinationSelectors: [
          {
            matchLabels: { environment: 'dev' },
            matchExpressions: [{ key: 'zone', operator: 'Exists' }],
            source: 'promise',
          },
        ],
        workloads,
      },
    ],
  },
  placement: {
    targetDestinationName: 'worker-1',
    promiseName: 'jenkins',
    resourceName: 'example',
    id: '5058f1af8388633f609cadb75a75dc9d',
    generation: 3,
    workloads,
  },
  health: { promiseRef: { name: 'jenkins' }, resourceRef: { name: 'example', namespace: 'default' } },
};
