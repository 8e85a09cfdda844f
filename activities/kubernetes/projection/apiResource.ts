/** One API of the cluster. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

const platform = { group: 'platform.kratix.io', version: 'v1alpha1' } as const;

export const platformResources = {
  promises: { ...platform, kind: 'Promise', plural: 'promises' },
  works: { ...platform, kind: 'Work', plural: 'works' },
  workPlacements: { ...platform, kind: 'WorkPlacement', plural: 'workplacements' },
  destinations: { ...platform, kind: 'Destination', plural: 'destinations' },
  bucketStateStores: { ...platform, kind: 'BucketStateStore', plural: 'bucketstatestores' },
  gitStateStores: { ...platform, kind: 'GitStateStore', plural: 'gitstatestores' },
} as const satisfies Record<string, ApiResource>;

export const definitions: ApiResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

export function apiVersionOf({ group, version }: ApiResource): string {
  return `${group}/${version}`;
}

export function collectionPath({ group, version, plural }: ApiResource, namespace?: string): string {
  const scope = namespace === undefined || namespace === '' ? '' : `/namespaces/${namespace}`;
  return `/apis/${group}/${version}${scope}/${plural}`;
}

export function objectPath(
  resource: ApiResource,
  { name, namespace }: { readonly name: string; readonly namespace?: string },
  subresource?: 'status',
): string {
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
