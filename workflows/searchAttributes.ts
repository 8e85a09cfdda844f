import { defineSearchAttributeKey } from '@temporalio/common';

/** What executions can be listed by, in the Web UI and with `temporal workflow list`; workers register them at start. */
export const kindKey = defineSearchAttributeKey('FulfilKind', 'KEYWORD');
export const promiseKey = defineSearchAttributeKey('FulfilPromise', 'KEYWORD');
export const namespaceKey = defineSearchAttributeKey('FulfilNamespace', 'KEYWORD');
export const nameKey = defineSearchAttributeKey('FulfilName', 'KEYWORD');
export const phaseKey = defineSearchAttributeKey('FulfilPhase', 'KEYWORD');
export const destinationsKey = defineSearchAttributeKey('FulfilDestinations', 'KEYWORD_LIST');

export const searchAttributeKeys = [kindKey, promiseKey, namespaceKey, nameKey, phaseKey, destinationsKey] as const;
