import { z } from 'zod';
import { filledText, maybe, text } from './fields.js';
import { isDnsLabel, isDnsSubdomain } from './kubernetesNames.js';

const ApiVersion = z.looseObject({
  name: text('a version name such as v1 or v1alpha1', isDnsLabel),
  served: z.boolean(),
  storage: z.boolean(),
  schema: z.looseObject({ openAPIV3Schema: z.looseObject({}) }),
});
export type ApiVersion = z.infer<typeof ApiVersion>;

const scope = z.string().superRefine((value, context) => {
  if (value === 'Namespaced') return;
  const message = `promise api needs to be namespace scoped; spec.api.spec.scope cannot be: ${value}`;
  context.addIssue({ code: 'custom', message });
});

/** The CustomResourceDefinition of a Promise (reference, sections 1.1 and 3.2), with Kubernetes' rules for it. */
export const ApiDefinition = z
  .looseObject({
    apiVersion: z.literal('apiextensions.k8s.io/v1'),
    kind: z.literal('CustomResourceDefinition'),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({
      group: text('an API group such as example.com', isDnsSubdomain),
      names: z.looseObject({
        kind: filledText,
        plural: text('a plural name in lower case', isDnsLabel),
        singular: maybe(z.string()),
      }),
      scope,
      versions: z.array(ApiVersion).min(1),
    }),
  })
  .superRefine(({ metadata, spec }, context) => {
    const wanted = `${spec.names.plural}.${spec.group}`;
    if (metadata.name !== wanted) {
      const params = { expected: `"${wanted}", the plural and the group` };
      context.addIssue({ code: 'custom', path: ['metadata', 'name'], params });
    }
    const storages = spec.versions.filter((version) => version.storage).map((version) => version.name);
    if (spec.versions.length > 0 && storages.length !== 1) {
      const message = `expected exactly one version with storage: true, found ${storages.join(', ') || 'none'}`;
      context.addIssue({ code: 'custom', path: ['spec', 'versions'], message });
    }
    spec.versions.forEach(({ name }, index) => {
      if (spec.versions.findIndex((version) => version.name === name) === index) return;
      const message = `duplicate version name "${name}"`;
      context.addIssue({ code: 'custom', path: ['spec', 'versions', index, 'name'], message });
    });
  });
export type ApiDefinition = z.infer<typeof ApiDefinition>;

/** The version objects are stored in (reference, section 3.2). */
export function storageVersion(api: ApiDefinition): ApiVersion | undefined {
  return api.spec.versions.find((version) => version.storage) ?? api.spec.versions[0];
}

export function servedVersions(api: ApiDefinition): readonly ApiVersion[] {
  return api.spec.versions.filter((version) => version.served);
}
