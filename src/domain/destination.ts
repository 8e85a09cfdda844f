import type { Labels } from './labels.js';

export const stateStoreKinds = ['BucketStateStore', 'GitStateStore', 'DirectoryStateStore'] as const;
export type StateStoreKind = (typeof stateStoreKinds)[number];

export interface StateStoreReference {
  readonly kind: StateStoreKind;
  readonly name: string;
}

export type LayoutMode = 'nestedByMetadata' | 'aggregatedYAML' | 'none';

/** A Destination as scheduling and writing need it; the document's own defaults are filled in. */
export interface Destination {
  readonly name: string;
  readonly labels: Labels;
  readonly path: string;
  readonly stateStore: StateStoreReference;
  readonly strictMatchLabels: boolean;
  readonly layout: { readonly mode: LayoutMode; readonly filename: string };
  /** Nothing new goes there, and what is there goes elsewhere as soon as somewhere else fits. */
  readonly draining: boolean;
  /** Documents arrive on a branch of their own, to be merged by people. */
  readonly proposals: boolean;
  readonly cleanup: 'none' | 'all';
  readonly canaries: boolean;
}

/** `BucketStateStore/minio-store` */
export function storeKey(store: StateStoreReference): string {
  return `${store.kind}/${store.name}`;
}

export function isStateStoreKind(kind: string): kind is StateStoreKind {
  return stateStoreKinds.some((known) => known === kind);
}
