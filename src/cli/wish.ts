import { createHash } from 'node:crypto';
import { checkDestination } from '../documents/destination.js';
import { documentName } from '../documents/documentName.js';
import { checkPromise } from '../documents/promise.js';
import type { SourcedDocument } from '../documents/readDocuments.js';
import { checkRequest } from '../documents/request.js';
import { checkResourceBinding } from '../documents/resourceBinding.js';
import { checkStateStore } from '../documents/stateStore.js';
import { isStateStoreKind } from '../domain/destination.js';
import { operationId } from '../domain/ids.js';
import { groupOf } from '../domain/plan.js';
import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';

/** One document and the operation that fulfils it. */
export interface Wish {
  readonly operation:
    'registerStateStore' | 'registerDestination' | 'installPromise' | 'configureResource' | 'bindResource';
  /** `destination/worker-cluster`, as kubectl prints objects. */
  readonly object: string;
  readonly workflowId: string;
  readonly document: Record<string, unknown>;
}

/** Stores before Destinations before Promises before requests: what others need comes first. */
const order = [
  'registerStateStore',
  'registerDestination',
  'installPromise',
  'configureResource',
  'bindResource',
] as const;

export function inOrder(wishes: readonly Wish[]): readonly (readonly Wish[])[] {
  return order.map((operation) => wishes.filter((wish) => wish.operation === operation));
}

export const kratixGroup = 'platform.kratix.io';

/** Checks a document as far as that is possible without the platform, and names its operation. */
export function wishOf({ value, source }: SourcedDocument): Checked<Wish> {
  const { apiVersion, kind } = typeOf(value);
  // Manifests of Kratix have the Secrets of their stores beside them.
  if (apiVersion === 'v1' && kind === 'Secret') {
    const message =
      'Secrets are not applied: workers read them from files or their environment, see Settings in the README';
    return refused({ document: documentName(value, source), field: 'kind', message });
  }
  if (groupOf(apiVersion) !== kratixGroup) return named(checkRequest(value, source), value, 'configureResource', kind);
  if (kind === 'Promise') return named(checkPromise(value, source), value, 'installPromise', kind);
  if (kind === 'Destination') return named(checkDestination(value, source), value, 'registerDestination', kind);
  if (isStateStoreKind(kind)) return named(checkStateStore(value, source), value, 'registerStateStore', kind);
  if (kind === 'ResourceBinding') return named(checkResourceBinding(value, source), value, 'bindResource', kind);
  const known = 'Promise, ResourceBinding, Destination, BucketStateStore, GitStateStore or DirectoryStateStore';
  const message = `expected ${known}, found ${JSON.stringify(kind)}`;
  return refused({ document: documentName(value, source), field: 'kind', message });
}

/** apiVersion and kind as far as they are text; the check of the document says what is wrong with the rest. */
export function typeOf(value: Record<string, unknown>): { readonly apiVersion: string; readonly kind: string } {
  const { apiVersion, kind } = value;
  return { apiVersion: typeof apiVersion === 'string' ? apiVersion : '', kind: typeof kind === 'string' ? kind : '' };
}

function named(
  checked: Checked<unknown>,
  document: Record<string, unknown>,
  operation: Wish['operation'],
  kind: string,
): Checked<Wish> {
  if (!checked.ok) return checked;
  const metadata = document['metadata'] as { name: string; namespace?: string };
  const namespace =
    operation === 'configureResource' || operation === 'bindResource' ? `${metadata.namespace ?? 'default'}/` : '';
  const object = `${kind.toLowerCase()}/${namespace}${metadata.name}`;
  const digest = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return accepted({ operation, object, workflowId: operationId(operation, object, digest), document });
}
