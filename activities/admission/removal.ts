import { z } from 'zod';
import { destinationsId, promiseId, resourceId } from '../../src/domain/ids.js';
import { stateStoreKinds, storeKey } from '../../src/domain/destination.js';
import { groupOf } from '../../src/domain/plan.js';
import { checkShape } from '../../src/documents/shapeProblems.js';
import type { Accepted } from '../../workflows/operation.js';
import type { Ticket } from '../../workflows/messages.js';
import type { EntityClient } from '../entityClient.js';
import { orRefuse } from './checked.js';

export interface Removal {
  readonly target: unknown;
  readonly ticket: Ticket;
}

const Named = z.looseObject({ name: z.string().min(1) });
const NamedStore = Named.extend({ kind: z.enum(stateStoreKinds) });
const NamedResource = Named.extend({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  namespace: z.string().min(1).default('default'),
});

/** Hands a deletion to the entity that keeps the object; what is not there is gone already. */
export function removal({ entities }: { readonly entities: EntityClient }) {
  async function removeEntity(object: string, entity: string, ticket: Ticket): Promise<Accepted> {
    return (await entities.remove(entity, { ticket })) ? { object, entity } : absent(object, entity);
  }

  return {
    async removePromise({ target, ticket }: Removal): Promise<Accepted> {
      const { name } = orRefuse(checkShape(Named, target, 'deletePromise'));
      return removeEntity(`Promise ${name}`, promiseId(name), ticket);
    },

    async removeResource({ target, ticket }: Removal): Promise<Accepted> {
      const { apiVersion, kind, namespace, name } = orRefuse(checkShape(NamedResource, target, 'deleteResource'));
      const object = `${kind} ${namespace}/${name}`;
      const promise = await entities.findPromise(groupOf(apiVersion), kind);
      if (promise === undefined) return absent(object, '');
      return removeEntity(object, resourceId(promise, namespace, name), ticket);
    },

    async removeDestination({ target, ticket }: Removal): Promise<Accepted> {
      const { name } = orRefuse(checkShape(Named, target, 'deregisterDestination'));
      const object = `Destination ${name}`;
      const registry = await entities.registry();
      if (registry.destinations[name] === undefined) return absent(object, destinationsId);
      await entities.deregister({ kind: 'destination', key: name, ticket });
      return { object, entity: destinationsId };
    },

    async removeStateStore({ target, ticket }: Removal): Promise<Accepted> {
      const reference = orRefuse(checkShape(NamedStore, target, 'deregisterStateStore'));
      const key = storeKey(reference);
      const registry = await entities.registry();
      if (registry.stores[key] === undefined) return absent(key, destinationsId);
      await entities.deregister({ kind: 'store', key, ticket });
      return { object: key, entity: destinationsId };
    },
  };
}

function absent(object: string, entity: string): Accepted {
  const done = { object, phase: 'Gone', message: 'there is nothing to delete', changed: false } as const;
  return { object, entity, done };
}
