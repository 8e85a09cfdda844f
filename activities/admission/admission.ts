import { destinationsId, promiseId, resourceId } from '../../src/domain/ids.js';
import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { Failure } from '../../src/domain/failure.js';
import { joinStorePath } from '../../src/domain/storePath.js';
import { groupOf } from '../../src/domain/plan.js';
import { checkDestination } from '../../src/documents/destination.js';
import { checkPromise } from '../../src/documents/promise.js';
import { checkRequest } from '../../src/documents/request.js';
import { toRecord } from '../../src/documents/toRecord.js';
import { checkStateStore } from '../../src/documents/stateStore.js';
import type { Accepted } from '../../workflows/operation.js';
import type { Ticket } from '../../workflows/messages.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { putJson } from '../artifacts/artifactStore.js';
import type { EntityClient } from '../entityClient.js';
import { checkAgainstPromise } from './apiCheck.js';
import { orRefuse } from './checked.js';
import { checkPromiseChange } from './promiseChange.js';
import { planPromise } from './promisePlan.js';

export interface AdmissionDependencies {
  readonly artifacts: ArtifactStore;
  readonly entities: EntityClient;
}

export interface Wish {
  readonly document: unknown;
  readonly ticket: Ticket;
}

/** The door: a document is checked whole before anything changes, stored, and handed to the entity that keeps it. */
export function admission({ artifacts, entities }: AdmissionDependencies) {
  return {
    async admitPromise({ document, ticket }: Wish): Promise<Accepted> {
      const promise = orRefuse(checkPromise(document, sourceOf(document)));
      const { name } = promise.metadata;
      const current = await entities.offer(name);
      if (current !== undefined && !current.deleting) orRefuse(checkPromiseChange(current.plan, promise));
      const plan = await planPromise(artifacts, promise);
      await entities.claim({ promise: name, api: plan.api });
      await entities.subscribe(name);
      await entities.applyPromise(name, { ticket, plan });
      return { object: `Promise ${name}`, entity: promiseId(name) };
    },

    async admitResource({ document, ticket }: Wish): Promise<Accepted> {
      const asked = orRefuse(checkRequest(document, sourceOf(document)));
      const promise = await entities.findPromise(groupOf(asked.apiVersion), asked.kind);
      const offer = promise === undefined ? undefined : await entities.offer(promise);
      if (promise === undefined || offer === undefined || offer.deleting) throw noSuchApi(asked.apiVersion, asked.kind);
      const request = orRefuse(await checkAgainstPromise(artifacts, offer.plan, asked));
      const { namespace, name } = request.metadata;
      const digest = await putJson(artifacts, request);
      const { apiVersion, kind } = request;
      const { plan, available } = offer;
      const wish = { ticket, document: digest, apiVersion, kind, plan, available };
      await entities.applyResource({ promise, namespace, name }, wish);
      return { object: `${kind} ${namespace}/${name}`, entity: resourceId(promise, namespace, name) };
    },

    async admitDestination({ document, ticket }: Wish): Promise<Accepted> {
      const destination = orRefuse(checkDestination(document, sourceOf(document)));
      const registry = await entities.registry();
      refuseSharedPath(
        destination,
        Object.values(registry.destinations).map((entry) => entry.destination),
      );
      await entities.register({
        kind: 'destination',
        destination,
        document: await putJson(artifacts, document),
        ticket,
      });
      return { object: `Destination ${destination.name}`, entity: destinationsId };
    },

    async admitStateStore({ document, ticket }: Wish): Promise<Accepted> {
      const store = orRefuse(checkStateStore(document, sourceOf(document)));
      await entities.register({ kind: 'store', store, document: await putJson(artifacts, document), ticket });
      return { object: `${store.kind} ${store.name}`, entity: destinationsId };
    },
  };
}

/** A document names itself; what is not even an object is the operation's input. */
function sourceOf(document: unknown): string {
  return toRecord(document) === undefined ? 'input' : '';
}

function noSuchApi(apiVersion: string, kind: string): Failure {
  const message = `${apiVersion} ${kind}: no Promise offers this API; \`fulfil get promises\` lists what is offered`;
  return new Failure('Refused', message, false);
}

/** Two Destinations must not write the same place (reference, section 1.7; the message is Kratix's). */
function refuseSharedPath(destination: Destination, others: readonly Destination[]): void {
  const rival = others.find(
    (other) =>
      other.name !== destination.name &&
      storeKey(other.stateStore) === storeKey(destination.stateStore) &&
      joinStorePath(other.path) === joinStorePath(destination.path),
  );
  if (rival === undefined) return;
  const message = `Destination ${destination.name}: spec.path: destination path '${destination.path}' already exists for state store '${destination.stateStore.name}' (Destination ${rival.name})`;
  throw new Failure('Refused', message, false);
}
