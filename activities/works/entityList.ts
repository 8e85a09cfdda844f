import { z } from 'zod';
import { stateStoreKinds, storeKey } from '../../src/domain/destination.js';
import { promiseId, resourceId } from '../../src/domain/ids.js';
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
  /** Workflow ids of every Promise and Resource. */
  readonly entities: readonly string[];
}

/** Everybody who has documents in a state store. */
export function entityList({ entities }: { readonly entities: EntityClient }) {
  return {
    async listEntities({ target }: { readonly target: unknown }): Promise<EntityList> {
      const reference = orRefuse(checkShape(Target, target ?? {}, 'repair'));
      const promises = (await entities.claims()).map((claim) => claim.promise);
      const resources = await Promise.all(
        promises.map(async (promise) =>
          ((await entities.status(promiseId(promise)))?.resources ?? []).map((key) => {
            const slash = key.indexOf('/');
            return resourceId(promise, key.slice(0, slash), key.slice(slash + 1));
          }),
        ),
      );
      const store = reference === undefined ? undefined : storeKey(reference);
      return { store, entities: [...promises.map(promiseId), ...resources.flat()] };
    },
  };
}
