/**
 * Failures that are the state store's, not the documents': whoever waits for them needs no new document, and they are
 * over when the store has been seen to be writable again.
 */
const troubles = [
  'StoreUnavailable',
  'StoreRefused',
  'StoreMisconfigured',
  'StateStoreNotFound',
  'SecretNotFound',
  'SecretInvalid',
];

export function isStoreTrouble(failureType: string): boolean {
  return troubles.includes(failureType);
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
