import { defineSearchAttributeKey } from '@temporalio/common';

/** What executions can be listed by, in the Web UI and with `temporal workflow list`; workers register them at start. */
export const kindKey = defineSearchAttributeKey('FulfilKind', 'KEYWORD');
export const promiseKey = defineSearchAttributeKey('FulfilPromise', 'KEYWORD');
export const namespaceKey = defineSearchAttributeKey('FulfilNamespace', 'KEYWORD');
export const nameKey = defineSearchAttributeKey('FulfilName', 'KEYWORD');
export const phaseKey = defineSearchAttributeKey('FulfilPhase', 'KEYWORD');
export const destinationsKey = defineSearchAttributeKey('FulfilDestinations', 'KEYWORD_LIST');

/** Temporal ends a workflow whose attribute has more than 2,048 bytes; the rest is for the list's own brackets. */
const longestAttribute = 2_000;

/** As many of the names as an attribute may hold, in order: an object on hundreds of Destinations is found by the first ones. */
export function listable(names: readonly string[]): string[] {
  let bytes = 0;
  return names.filter((name) => {
    bytes += JSON.stringify(name).length + 1;
    return bytes <= longestAttribute;
  });
}

export const searchAttributeKeys = [kindKey, promiseKey, namespaceKey, nameKey, phaseKey, destinationsKey] as const;
