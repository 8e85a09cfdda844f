/**
 * Failures that are the state store's, not the documents': whoever waits for them needs no new document, and they are
 * over when the store has been seen to be writable again.
 */
export const storeTroubles: readonly string[] = [
  'StoreUnavailable',
  'StoreRefused',
  'StoreMisconfigured',
  'StateStoreNotFound',
  'SecretNotFound',
  'SecretInvalid',
];

export function isStoreTrouble(failureType: string): boolean {
  return storeTroubles.includes(failureType);
}

/** Failures of what documents are read from: no look at a state store tells when they are over. */
export const artifactTroubles: readonly string[] = ['ArtifactsUnavailable', 'PartMissing'];

/** Failures of what a write needs beside its store: they pass, and nothing tells when they are over. */
export function isPlatformTrouble(failureType: string): boolean {
  return ['ArtifactsUnavailable', 'ClusterUnavailable', 'ClusterRefused', 'TemporalUnavailable'].includes(failureType);
}

/** The reason of a store's Ready condition (reference, section 1.9). */
export function storeFault(failureType: string): string {
  return faults[failureType] ?? 'StateStoreError';
}

const faults: Readonly<Record<string, string>> = {
  StoreUnavailable: 'ErrorInitialisingWriter',
  StoreMisconfigured: 'ErrorInitialisingWriter',
  SecretInvalid: 'ErrorInitialisingWriter',
  SecretNotFound: 'SecretNotFound',
  StoreRefused: 'ErrorValidatingPermissions',
  DocumentRefused: 'ErrorValidatingPermissions',
};
