import { isDeepStrictEqual } from 'node:util';
import { applyAccess } from '../../activities/kubernetes/applyAccess.js';
import { codeOf, unless } from '../../activities/kubernetes/clusterFailure.js';
import type { KubernetesList, KubernetesObject } from '../../activities/kubernetes/objects.js';
import type { AccessKind } from '../../activities/kubernetes/paths.js';
import { accessPath, query } from '../../activities/kubernetes/paths.js';
import type { AccessObject } from '../../activities/kubernetes/pipelineAccess.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import { lastingWarning } from '../../activities/kubernetes/projection/statusEvents.js';
import { toRecord } from '../documents/toRecord.js';
import { reason } from '../domain/failure.js';
import type { ControllerContext } from './controllerContext.js';
import type { Informer } from './informer.js';

/** Hands out a Promise's API to the platform and to users, and takes everything back when the Promise is gone. */
export async function reconcileAccess(context: ControllerContext, roles: Informer, promise: string): Promise<void> {
  const object = context.promises.get(promise);
  if (object === undefined) return removeAccess(context, promise);
  const definition = context.definitions.list().find(({ metadata }) => metadata.labels?.[promiseLabel] === promise);
  const wanted = definition === undefined ? [] : apiRoles(promise, definition);
  const missing = wanted.filter((role) => !isThere(roles.get(role.name), role));
  try {
    await applyAccess(context.cluster, missing);
  } catch (thrown) {
    if (codeOf(thrown) !== 403) throw thrown;
    // An operator who does not let the platform hand out permissions gives them himself (deploy/rbac/granting.yaml).
    const event = lastingWarning('AccessNotGranted', reason(thrown));
    await context.record('PromiseController', platformResources.promises, object, [event]);
  }
}

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Kratix's ClusterRole for its controller (reference, section 3.1, step 8), and what Kubernetes' own roles collect. */
function apiRoles(promise: string, { spec }: ClusterObject): AccessObject[] {
  const plural = String(toRecord(spec?.['names'])?.['plural']);
  const apiGroups = [String(spec?.['group'])];
  const role = (name: string, label: string, ...rules: readonly unknown[]): AccessObject => ({
    kind: 'ClusterRole',
    name: `${promise}-promise-${name}`,
    labels: { [promiseLabel]: promise, [label]: 'true' },
    rules,
  });
  return [
    role(
      'controller',
      'fulfil.io/aggregate-to-platform',
      { apiGroups, resources: [plural], verbs: ['*'] },
      { apiGroups, resources: [`${plural}/finalizers`], verbs: ['update'] },
      { apiGroups, resources: [`${plural}/status`], verbs: ['get', 'update', 'patch'] },
    ),
    role('view', 'rbac.authorization.k8s.io/aggregate-to-view', {
      apiGroups,
      resources: [plural, `${plural}/status`],
      verbs: read,
    }),
    role('edit', 'rbac.authorization.k8s.io/aggregate-to-edit', { apiGroups, resources: [plural], verbs: write }),
  ];
}

function isThere(found: ClusterObject | undefined, { labels, rules }: AccessObject): boolean {
  const labelled = Object.entries(labels).every(([key, value]) => found?.metadata.labels?.[key] === value);
  return labelled && isDeepStrictEqual(toRecord(found)?.['rules'], rules);
}

/** What is bound goes after its binding; ClusterRoles last: a Promise that is gone is known by them (accessKind). */
const kinds: readonly AccessKind[] = ['ClusterRoleBinding', 'RoleBinding', 'Role', 'ServiceAccount', 'ClusterRole'];

/** What its pipelines were given as well. */
async function removeAccess({ cluster }: ControllerContext, promise: string): Promise<void> {
  for (const kind of kinds) {
    const path = `${accessPath(kind, undefined)}${query({ labelSelector: `${promiseLabel}=${promise}` })}`;
    const { items } = (await cluster.ask('GET', path)) as KubernetesList<KubernetesObject>;
    for (const { metadata } of items) {
      await cluster.ask('DELETE', accessPath(kind, metadata.namespace, metadata.name)).catch(unless(404));
    }
  }
}
