import { checkResourceBinding } from '../../src/documents/resourceBinding.js';
import { toRecord } from '../../src/documents/toRecord.js';
import { Failure } from '../../src/domain/failure.js';
import { destinationsId, promiseId, resourceId } from '../../src/domain/ids.js';
import type { Accepted } from '../../workflows/operation.js';
import type { Shown, Ticket } from '../../workflows/messages.js';
import { orRefuse } from './checked.js';
import type { AdmissionDependencies } from './prepare.js';
import { handOverPromise, prepareDestination, preparePromise, prepareResource, prepareStateStore } from './prepare.js';

export type { AdmissionDependencies } from './prepare.js';

export interface Wish extends Shown {
  readonly document: unknown;
  readonly ticket?: Ticket;
}

/** The door: a document is checked whole before anything changes, stored, and handed to the entity that keeps it. */
export function admission(dependencies: AdmissionDependencies) {
  const { entities } = dependencies;
  return {
    async admitPromise({ document, ...asked }: Wish): Promise<Accepted> {
      const { name, plan, commands } = await preparePromise(dependencies, document);
      await handOverPromise(entities, name, { ...asked, plan, commands });
      return { object: `Promise ${name}`, entity: promiseId(name) };
    },

    async admitResource({ document, ...asked }: Wish): Promise<Accepted> {
      const { resource, wish } = await prepareResource(dependencies, document);
      const { promise, namespace, name } = resource;
      await entities.applyResource(resource, { ...asked, ...wish });
      return { object: `${wish.kind} ${namespace}/${name}`, entity: resourceId(promise, namespace, name) };
    },

    async admitBinding({ document, ticket }: Wish): Promise<Accepted> {
      const { spec } = orRefuse(checkResourceBinding(document, toRecord(document) === undefined ? 'input' : ''));
      const { namespace, name } = spec.resourceRef;
      const promise = spec.promiseRef.name;
      const object = `${promise} ${namespace}/${name}`;
      if (!(await entities.bind({ promise, namespace, name }, { ticket, version: spec.version }))) {
        const message = `ResourceBinding: spec.resourceRef: Promise ${promise} has no request ${namespace}/${name}`;
        throw new Failure('Refused', message, false);
      }
      return { object, entity: resourceId(promise, namespace, name) };
    },

    async admitDestination({ document, ...asked }: Wish): Promise<Accepted> {
      const prepared = await prepareDestination(dependencies, document);
      await entities.register({ ...asked, ...prepared });
      return { object: `Destination ${prepared.destination.name}`, entity: destinationsId };
    },

    async admitStateStore({ document, ...asked }: Wish): Promise<Accepted> {
      const prepared = await prepareStateStore(dependencies, document);
      await entities.register({ ...asked, ...prepared });
      return { object: `${prepared.store.kind} ${prepared.store.name}`, entity: destinationsId };
    },
  };
}
