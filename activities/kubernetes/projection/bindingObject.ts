import type { Binding, Upgrade } from '../../../src/domain/revision.js';
import { deterministicName, objectName } from '../objectName.js';
import type { ClusterObject } from './clusterObject.js';
import { promiseLabel } from './promiseApi.js';
import type { NewCondition } from './statusConditions.js';
import { labelValue, ownerReference } from './workObject.js';

const resourceLabel = 'kratix.io/resource-name';

/**
 * `RR-P-12345` (reference, section 3.4). `prod-db` of `cluster` and `prod` of `db-cluster` come to the same: the later of
 * two gets another suffix.
 */
export function bindingName(promise: string, request: string, isTaken: (name: string) => boolean): string {
  const stem = `${request}-${promise}`;
  const name = deterministicName(stem);
  return isTaken(name) ? objectName(stem, `${request}/${promise}`) : name;
}

/** A request's binding as it is when it is made; from then on its version is the user's to change. */
export function bindingObject(
  promise: string,
  request: ClusterObject,
  type: { readonly apiVersion: string; readonly kind: string },
  version: string,
  isTaken: (name: string) => boolean,
) {
  const { name, namespace = '' } = request.metadata;
  return {
    metadata: {
      name: bindingName(promise, name, isTaken),
      namespace,
      labels: { [promiseLabel]: promise, [resourceLabel]: labelValue(name) },
      ownerReferences: [ownerReference(request, type)],
    },
    spec: { version, promiseRef: { name: promise }, resourceRef: { name, namespace } },
  };
}

/** Whether a binding is this request's, by what it refers to: users may name theirs as they like. */
export function isBindingOf(binding: ClusterObject, promise: string, { metadata }: ClusterObject): boolean {
  const { name, namespace } = metadata;
  return (
    binding.metadata.labels?.[promiseLabel] === promise &&
    binding.metadata.labels[resourceLabel] === labelValue(name) &&
    binding.metadata.namespace === namespace
  );
}

export function bindingVersion({ spec }: ClusterObject): string | undefined {
  const version = spec?.['version'];
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** Status of a binding (reference, section 1.4). */
export function bindingStatus({ lastApplied, failed, upgrade }: Binding): {
  readonly fields: Record<string, unknown>;
  readonly conditions: readonly NewCondition[];
} {
  return {
    fields: { lastAppliedVersion: lastApplied, failedVersion: failed },
    conditions: upgrade === undefined ? [] : [upgradeCondition(upgrade)],
  };
}

function upgradeCondition(upgrade: Upgrade): NewCondition {
  const type = 'UpgradeSucceeded';
  switch (upgrade.state) {
    case 'Complete':
      return { type, status: 'True', reason: 'UpgradeComplete', message: `Resource is at version ${upgrade.to}` };
    case 'Failed':
      return { type, status: 'False', reason: 'UpgradeFailed', message: upgrade.message };
    case 'InProgress': {
      const message = `Upgrade to version ${upgrade.to} is in progress`;
      return { type, status: 'Unknown', reason: 'UpgradeInProgress', message };
    }
  }
}
