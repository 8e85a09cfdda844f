import { collectionPath, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import type { KubernetesList } from '../../activities/kubernetes/objects.js';
import { query } from '../../activities/kubernetes/paths.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { PromiseDocument } from '../documents/promise.js';
import { versionLabel } from '../documents/metadata.js';
import { liveObject } from './controllerContext.js';

const revisions = { ...platformResources.promises, kind: 'PromiseRevision', plural: 'promiserevisions' };

/** A Promise may be there before those that it needs; its author is told (reference, section 1.1, rule 9). */
export async function requirementWarnings(
  parts: { readonly cluster: Cluster },
  { spec }: PromiseDocument,
): Promise<readonly string[]> {
  const warnings = await Promise.all(
    (spec.requiredPromises ?? []).map(({ name, version = '' }) => warningOf(parts, name, version)),
  );
  const issues = warnings.flatMap((warning) => warning ?? []);
  return issues.length === 0 ? [] : [...issues, 'Promise will not be available until the above issue(s) is resolved'];
}

async function warningOf({ cluster }: { readonly cluster: Cluster }, name: string, version: string) {
  const promise = await liveObject({ cluster }, platformResources.promises, { name });
  if (promise === undefined) return `Required Promise "${name}" at version "${version}" not installed`;
  if (version === '' || promise.metadata.labels?.[versionLabel] === version) return undefined;
  const path = `${collectionPath(revisions)}${query({ labelSelector: `${promiseLabel}=${name}` })}`;
  const { items } = (await cluster.ask('GET', path)) as KubernetesList<ClusterObject>;
  if (items.some((revision) => revision.spec?.['version'] === version)) return undefined;
  return `Required Promise "${name}" installed, but no revision found at version "${version}"`;
}
