import type { SecretReference } from '../../src/domain/stateStore.js';

/**
 * Resolves a reference to its values at the moment of use; nothing keeps them, so a rotated credential is
 * picked up by the next use. A missing Secret is a Failure of type `SecretNotFound` (retryable: it may come).
 */
export type SecretSource = (reference: SecretReference) => Promise<Readonly<Record<string, string>>>;

/** What an optional Secret or ConfigMap that is not there has to say. */
export const noValues: Readonly<Record<string, string>> = {};
