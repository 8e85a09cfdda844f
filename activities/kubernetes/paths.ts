/** Paths of the API server, in one place. */

const batch = '/apis/batch/v1';
const core = '/api/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

export type AccessKind = 'ServiceAccount' | 'Role' | 'RoleBinding' | 'ClusterRole' | 'ClusterRoleBinding';

export const jobsEverywhere = `${batch}/jobs`;

export function jobsPath(namespace: string, name?: string): string {
  return `${batch}/namespaces/${namespace}/jobs${below(name)}`;
}

export function podsPath(namespace: string, name?: string): string {
  return `${core}/namespaces/${namespace}/pods${below(name)}`;
}

export function eventsPath(namespace: string): string {
  return `${core}/namespaces/${namespace}/events`;
}

export function secretsPath(namespace: string, name?: string): string {
  return `${core}/namespaces/${namespace}/secrets${below(name)}`;
}

/** An object of any API, by its apiVersion; an empty namespace is the cluster's. */
export function ownedObjectPath(apiVersion: string, plural: string, namespace: string, name: string): string {
  return `/apis/${apiVersion}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}${below(name)}`;
}

export function accessPath(kind: AccessKind, namespace: string | undefined, name?: string): string {
  const root = kind === 'ServiceAccount' ? core : rbac;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${scope}/${kind.toLowerCase()}s${below(name)}`;
}

/** For `query`: objects that have all of these labels. */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function below(name: string | undefined): string {
  return name === undefined ? '' : `/${encodeURIComponent(name)}`;
}
