import { randomBytes } from 'node:crypto';
import type { KubernetesObject, ObjectMeta, OwnerReference } from './objects.js';

/** Digest of the object.yaml that this run's reader gets; the receiver of any worker finds it here. */
export const inputAnnotation = 'fulfil.io/input';

export interface RunSecret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Beyond any guess, and used for one run only. */
const tokenBytes = 32;
/** Among the few Secrets that one Job's name ever has. */
const nameBytes = 4;

/**
 * What a pod shows to the artifact receiver: random, in no history, no log, no environment and no argument. Its name
 * is used once: a kubelet that knew an immutable Secret goes on to give its content to the next one of that name.
 */
export function runSecret(
  namespace: string,
  job: string,
  labels: Readonly<Record<string, string>>,
  inputDigest: string,
  authority: string | undefined,
  owner: Pick<RunSecret['metadata'], 'ownerReferences'>,
): RunSecret {
  const token = Buffer.from(randomBytes(tokenBytes).toString('base64url')).toString('base64');
  const name = `${job}-${randomBytes(nameBytes).toString('hex')}`;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels, annotations: { [inputAnnotation]: inputDigest }, ...owner },
    // Kubelets keep no watch on a Secret that cannot change.
    ...{ immutable: true, type: 'Opaque' },
    data: authority === undefined ? { token } : { token, 'ca.crt': Buffer.from(authority).toString('base64') },
  };
}

/** The Secret goes with its Job. */
export function ownedByJob({ name, uid = '' }: ObjectMeta): { readonly ownerReferences: readonly OwnerReference[] } {
  return { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }] };
}
