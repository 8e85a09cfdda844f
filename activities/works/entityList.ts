import { z } from 'zod';
import type { StateStoreReference } from '../../src/domain/destination.js';
import { stateStoreKinds, storeKey } from '../../src/domain/destination.js';
import type { EntityStatus } from '../../src/domain/entity.js';
import { promiseId, resourceId } from '../../src/domain/ids.js';
import { refused } from '../../src/domain/problem.js';
import { checkShape } from '../../src/documents/shapeProblems.js';
import { orRefuse } from '../admission/checked.js';
import type { EntityClient } from '../entityClient.js';

const Target = z.union([
  z.strictObject({ kind: z.enum(stateStoreKinds), name: z.string().min(1) }),
  z.strictObject({}).transform(() => undefined),
]);

export interface EntityList {
  /** The one store that is meant; every store when absent. */
  readonly store?: string;
  /** Workflow ids of every Promise and Resource that is known. */
  readonly entities: readonly string[];
  /** Promises that do not answer: their requests are not known. Absent in lists of code before this one. */
  readonly silent?: readonly string[];
}

export interface EntityListDependencies {
  readonly entities: EntityClient;
  /** Counts from 1. */
  readonly attempt: () => number;
}

/** A worker that restarts is back by then: each attempt waits ten seconds for an answer. */
const patientAttempts = 3;

/** Everybody who has documents in a state store. */
export function entityList({ entities, attempt }: EntityListDependencies) {
  /** Nobody has documents in a store that is not there: that nothing differs would be true, and misleading. */
  async function checkStore(reference: StateStoreReference): Promise<void> {
    const { stores } = await entities.registry();
    if (stores[storeKey(reference)] !== undefined) return;
    const message = `expected a state store that is registered, there is no ${storeKey(reference)}`;
    orRefuse(refused({ document: 'repair', field: 'name', message }));
  }

  return {
    async listEntities({ target }: { readonly target: unknown }): Promise<EntityList> {
      const reference = orRefuse(checkShape(Target, target ?? {}, 'repair'));
      if (reference !== undefined) await checkStore(reference);
      const promises = (await entities.claims()).map((claim) => claim.promise);
      const statuses = await Promise.allSettled(promises.map((promise) => entities.status(promiseId(promise))));
      const resources = promises.flatMap((promise, index) => requestsOf(promise, statuses[index]));
      const silent = promises.filter((_, index) => statuses[index]?.status === 'rejected');
      const [first] = statuses.flatMap((told) => (told.status === 'rejected' ? [told.reason as unknown] : []));
      if (silent.length > 0 && attempt() <= patientAttempts) throw first;
      const store = reference === undefined ? undefined : storeKey(reference);
      return { store, entities: [...promises.map(promiseId), ...resources], silent };
    },
  };
}

function requestsOf(promise: string, told: PromiseSettledResult<EntityStatus | undefined> | undefined): string[] {
  const keys = told?.status === 'fulfilled' ? (told.value?.resources ?? []) : [];
  return keys.map((key) => {
    const slash = key.indexOf('/');
    return resourceId(promise, key.slice(0, slash), key.slice(slash + 1));
  });
}
