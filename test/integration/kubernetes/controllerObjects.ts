import type { Document } from '../../platform/documents.js';
import type { Shown } from './controllerPlatform.js';
import { condition } from './controllerPlatform.js';

export const platformVersion = 'platform.kratix.io/v1alpha1';

/** A git store `main` and a Destination `worker` that takes everything. */
export function platformObjects({ path }: { readonly path: string }): Document[] {
  const store = { kind: 'GitStateStore', name: 'main' };
  return [
    { apiVersion: platformVersion, kind: store.kind, metadata: { name: store.name }, spec: { url: `file://${path}` } },
    destinationOf('worker', store),
  ];
}

export function destinationOf(name: string, stateStoreRef: { readonly kind: string; readonly name: string }): Document {
  return { apiVersion: platformVersion, kind: 'Destination', metadata: { name }, spec: { path: name, stateStoreRef } };
}

/** Everything of the newest generation is done. */
export function isReconciled(object: Shown): boolean {
  const { status, metadata } = object;
  return condition(object, 'Reconciled')?.status === 'True' && status?.['observedGeneration'] === metadata.generation;
}

/** An API that is served. */
export function isEstablished(definition: Shown): boolean {
  return condition(definition, 'Established')?.status === 'True';
}

export function isReady(object: Shown): boolean {
  return condition(object, 'Ready')?.status === 'True';
}
