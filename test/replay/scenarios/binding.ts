import type { Document } from '../../platform/documents.js';

/** The request `one` bound to a version. */
export function binding(promiseName: string, version: string): Document {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'ResourceBinding',
    metadata: { name: 'one', namespace: 'default' },
    spec: { version, promiseRef: { name: promiseName }, resourceRef: { name: 'one', namespace: 'default' } },
  };
}
