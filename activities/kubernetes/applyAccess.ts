import { isDeepStrictEqual } from 'node:util';
import { toRecord } from '../../src/documents/toRecord.js';
import type { Cluster } from './cluster.js';
import { codeOf, unless } from './clusterFailure.js';
import type { KubernetesList, KubernetesObject } from './objects.js';
import type { AccessKind } from './paths.js';
import { accessPath, labelSelector, query } from './paths.js';
import type { AccessObject } from './pipelineAccess.js';

type Labels = Readonly<Record<string, string>>;
type Found = Readonly<Record<string, unknown>>;

/** Makes the objects as wanted and writes only what differs. An error is an error here, where Kratix logs it (10.1, B26). */
export async function applyAccess(cluster: Cluster, wanted: readonly AccessObject[]): Promise<void> {
  await Promise.all(wanted.map((object) => applyOne(cluster, object)));
}

async function applyOne(cluster: Cluster, wanted: AccessObject): Promise<void> {
  await applyOver(cluster, await findAccess(cluster, wanted), wanted);
}

/** The object as it is; undefined when there is none. */
export async function findAccess(cluster: Cluster, wanted: AccessObject): Promise<Found | undefined> {
  return toRecord(await cluster.ask('GET', pathOf(wanted)).catch(unless(404)));
}

/** Makes it as wanted where it is not. */
export async function applyOver(cluster: Cluster, found: Found | undefined, wanted: AccessObject): Promise<void> {
  if (found === undefined) return create(cluster, wanted);
  const path = pathOf(wanted);
  // Somebody's own ServiceAccount stays as it is (reference, section 2.6), and ours has nothing to change.
  if (wanted.kind === 'ServiceAccount' || isAsWanted(found, wanted)) return;
  if (wanted.roleRef !== undefined && !isDeepStrictEqual(found['roleRef'], wanted.roleRef)) {
    // The one field that Kubernetes does not let change.
    await cluster.ask('DELETE', path).catch(unless(404));
    return create(cluster, wanted);
  }
  await cluster.ask('PUT', path, { body: manifest(wanted) });
}

/** Another worker may have been faster with the same object. */
async function create(cluster: Cluster, wanted: AccessObject): Promise<void> {
  const path = accessPath(wanted.kind, wanted.namespace);
  await cluster.ask('POST', path, { body: manifest(wanted) }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 409) throw thrown;
  });
}

function manifest({ kind, namespace, name, labels, ...content }: AccessObject): unknown {
  const apiVersion = kind === 'ServiceAccount' ? 'v1' : 'rbac.authorization.k8s.io/v1';
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), labels }, ...content };
}

function pathOf({ kind, namespace, name }: AccessObject): string {
  return accessPath(kind, namespace, name);
}

export function labelsOf(found: Found | undefined): Found {
  return toRecord(toRecord(found?.['metadata'])?.['labels']) ?? {};
}

function isAsWanted(found: Found, wanted: AccessObject): boolean {
  const labels = labelsOf(found);
  const labelled = Object.entries(wanted.labels).every(([key, value]) => labels[key] === value);
  const parts = ['rules', 'roleRef', 'subjects'] as const;
  return labelled && parts.every((part) => isDeepStrictEqual(found[part], asStored(wanted[part])));
}

/** Without what an API server leaves out: members that are undefined or empty lists. */
function asStored(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (_key, part: unknown) =>
    Array.isArray(part) && part.length === 0 ? undefined : part,
  );
  return JSON.parse(text) as unknown;
}

const rolesAndBindings: readonly AccessKind[] = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Deletes access with these labels that is not wanted any more (reference, section 2.6). */
export async function removeStaleAccess(
  cluster: Cluster,
  labels: Labels,
  wanted: readonly AccessObject[],
): Promise<void> {
  const selector = query({ labelSelector: labelSelector(labels) });
  await Promise.all(
    rolesAndBindings.map(async (kind) => {
      const path = `${accessPath(kind, undefined)}${selector}`;
      const { items } = (await cluster.ask('GET', path)) as KubernetesList<KubernetesObject>;
      const stale = items.filter(({ metadata }) => !wanted.some((object) => isSame(object, kind, metadata)));
      for (const { metadata } of stale) {
        await cluster.ask('DELETE', accessPath(kind, metadata.namespace, metadata.name)).catch(unless(404));
      }
    }),
  );
}

function isSame(object: AccessObject, kind: AccessKind, { namespace, name }: KubernetesObject['metadata']): boolean {
  return object.kind === kind && object.name === name && object.namespace === namespace;
}
