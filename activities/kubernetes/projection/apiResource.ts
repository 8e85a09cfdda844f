/** One API of the cluster; Kubernetes' oldest ones have an empty group. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

const platform = { group: 'platform.kratix.io', version: 'v1alpha1' } as const;

export const platformResources = {
  promises: { ...platform, kind: 'Promise', plural: 'promises' },
  promiseRevisions: { ...platform, kind: 'PromiseRevision', plural: 'promiserevisions' },
  resourceBindings: { ...platform, kind: 'ResourceBinding', plural: 'resourcebindings' },
  works: { ...platform, kind: 'Work', plural: 'works' },
  workPlacements: { ...platform, kind: 'WorkPlacement', plural: 'workplacements' },
  destinations: { ...platform, kind: 'Destination', plural: 'destinations' },
  bucketStateStores: { ...platform, kind: 'BucketStateStore', plural: 'bucketstatestores' },
  gitStateStores: { ...platform, kind: 'GitStateStore', plural: 'gitstatestores' },
  promiseReleases: { ...platform, kind: 'PromiseRelease', plural: 'promisereleases' },
  healthRecords: { ...platform, kind: 'HealthRecord', plural: 'healthrecords' },
} as const satisfies Record<string, ApiResource>;

/** Kubernetes' own that we follow. */
export const clusterResources = {
  configMaps: { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  secrets: { group: '', version: 'v1', kind: 'Secret', plural: 'secrets' },
  pods: { group: '', version: 'v1', kind: 'Pod', plural: 'pods' },
  jobs: { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs' },
} as const satisfies Record<string, ApiResource>;

export const definitions: ApiResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

export function apiVersionOf({ group, version }: ApiResource): string {
  return group === '' ? version : `${group}/${version}`;
}

export function collectionPath(resource: ApiResource, namespace?: string): string {
  const root = resource.group === '' ? '/api' : '/apis';
  const scope = namespace === undefined || namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${root}/${apiVersionOf(resource)}${scope}/${resource.plural}`;
}

export function objectPath(
  resource: ApiResource,
  { name, namespace }: { readonly name: string; readonly namespace?: string },
  subresource?: 'status',
): string {
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
