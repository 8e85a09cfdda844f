import type { Document } from '../../platform/documents.js';
import { request } from '../../platform/documents.js';
import type { ControllerPlatform, Shown } from './controllerPlatform.js';
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

/** Installs a Promise of that name, and has a request `one` of it fulfilled. */
export async function fulfilOne(world: ControllerPlatform, name: string, installed: Document): Promise<void> {
  await world.apply(installed);
  await world.until(['crd', `${name}s.test.fulfil.io`], 'Established', isEstablished);
  await world.apply(request(name, 'one', { size: 'small' }));
  await world.until([`${name}s`, 'one'], 'Reconciled', isReconciled);
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
