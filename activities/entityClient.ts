import {
  Client,
  QueryRejectedError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { EntityStatus } from '../src/domain/entity.js';
import { Failure } from '../src/domain/failure.js';
import { destinationsId, promiseId, promisesId, resourceId } from '../src/domain/ids.js';
import type { Registry } from '../src/domain/registry.js';
import { emptyRegistry } from '../src/domain/registry.js';
import type { RunResult } from '../src/domain/run.js';
import type {
  AggregateFile,
  Aggregated,
  Deregister,
  Register,
  StoreTrouble,
} from '../workflows/entities/destinationsState.js';
import type { PromiseOffer } from '../workflows/entities/promiseState.js';
import type { Claim } from '../workflows/entities/promises.js';
import type {
  Adopt,
  ApplyPromise,
  ApplyResource,
  Bind,
  ControlSignal,
  Forget,
  Recall,
  Relabelled,
  Remove,
} from '../workflows/messages.js';
import { queries, signals } from '../workflows/messages.js';
import { called, calledStart } from './temporalCalls.js';
import { kindKey, nameKey, namespaceKey, promiseKey } from '../workflows/searchAttributes.js';

/** How activities and the command line reach the entities: who they are, how they start, what they answer. */
export interface EntityClient {
  applyPromise(name: string, wish: ApplyPromise): Promise<void>;
  applyResource(resource: ResourceName, wish: ApplyResource): Promise<void>;
  /** Of an object that is there already; false when there is no such object. */
  relabel(entity: string, news: Relabelled): Promise<boolean>;
  /** False when there is no such object. */
  remove(entity: string, wish: Remove): Promise<boolean>;
  /** Pauses it, lets it go on, runs it anew; false when there is no such object. */
  command(entity: string, signal: ControlSignal): Promise<boolean>;
  /** Binds a request to a revision; false when there is no such request. */
  bind(resource: ResourceName, wish: Bind): Promise<boolean>;
  recall(promise: string, wish: Recall): Promise<boolean>;
  forget(promise: string, wish: Forget): Promise<boolean>;
  /** Makes a request known to its Promise. */
  adopt(promise: string, wish: Adopt): Promise<boolean>;
  register(message: Register): Promise<void>;
  deregister(message: Deregister): Promise<void>;
  subscribe(promise: string): Promise<void>;
  aggregated(part: Aggregated): Promise<void>;
  /** Snapshots of every placement in an aggregated file, by placement. */
  partsOf(place: AggregateFile): Promise<Readonly<Record<string, string>>>;
  storeTrouble(trouble: StoreTrouble): Promise<void>;
  claim(claim: Claim): Promise<void>;
  findPromise(group: string, kind: string): Promise<string | undefined>;
  claims(): Promise<readonly Claim[]>;
  offer(promise: string): Promise<PromiseOffer | undefined>;
  registry(): Promise<Registry>;
  /** Undefined when there is no such object (any more). */
  status(entity: string): Promise<EntityStatus | undefined>;
  /** Whether Temporal has nothing of it: neither one that is there, nor one that came to its own end. */
  isUnknown(entity: string): Promise<boolean>;
  runStatus(run: string): Promise<RunResult | undefined>;
}

export interface ResourceName {
  readonly promise: string;
  readonly namespace: string;
  readonly name: string;
}

const continuedAsNew = proto.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;

/** How an entity is, or ended, that nobody terminated. */
const known: readonly string[] = ['RUNNING', 'CONTINUED_AS_NEW', 'COMPLETED'];

/** An entity answers in milliseconds; one whose worker stops would leave the asker waiting for half a minute. */
const queryMillis = 10_000;

export function entityClient(client: Client, taskQueue: string): EntityClient {
  // An entity that somebody terminated is lost; Temporal would go on to answer for it with the last that it knew.
  const living = new Client({
    connection: client.connection,
    namespace: client.options.namespace,
    workflow: { queryRejectCondition: 'NOT_COMPLETED_CLEANLY' },
  });

  async function query<T>(workflowId: string, name: string, ...args: unknown[]): Promise<T | undefined> {
    return queryOf<T>(client, workflowId, name, ...args);
  }

  /** Of an object's entity, which is lost when it is there no more. */
  async function queryLiving<T>(workflowId: string, name: string): Promise<T | undefined> {
    try {
      return await queryOf<T>(living, workflowId, name);
    } catch (error) {
      if (!(error instanceof QueryRejectedError)) throw error;
      // Its history was begun anew while it was asked: the new one answers.
      return error.status === continuedAsNew ? queryLiving(workflowId, name) : undefined;
    }
  }

  async function signalEntity(entity: string, signal: string, ...payload: unknown[]): Promise<boolean> {
    try {
      await called(() => client.workflow.getHandle(entity).signal(signal, ...payload));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  const signalWithStart: Client['workflow']['signalWithStart'] = (type, options) =>
    calledStart(client, () => client.workflow.signalWithStart(type, options));

  async function signalIndex(signal: string, payload: unknown): Promise<void> {
    await signalWithStart('destinations', {
      workflowId: destinationsId,
      taskQueue,
      args: [{}],
      signal,
      signalArgs: [payload],
      staticSummary: 'every Destination and state store',
      typedSearchAttributes: [{ key: kindKey, value: 'Destinations' }],
    });
  }

  return {
    async applyPromise(name, wish) {
      await signalWithStart('promise', {
        workflowId: promiseId(name),
        taskQueue,
        args: [{ name }],
        signal: signals.apply,
        signalArgs: [wish],
        staticSummary: `Promise ${name}`,
        typedSearchAttributes: [
          { key: kindKey, value: 'Promise' },
          { key: promiseKey, value: name },
          { key: nameKey, value: name },
        ],
      });
    },
    async applyResource({ promise, namespace, name }, wish) {
      await signalWithStart('resource', {
        workflowId: resourceId(promise, namespace, name),
        taskQueue,
        args: [{ promise, namespace, name }],
        signal: signals.apply,
        signalArgs: [wish],
        staticSummary: `${wish.kind} ${namespace}/${name}`,
        typedSearchAttributes: [
          { key: kindKey, value: wish.kind },
          { key: promiseKey, value: promise },
          { key: namespaceKey, value: namespace },
          { key: nameKey, value: name },
        ],
      });
    },
    relabel: (entity, news) => signalEntity(entity, signals.relabelled, news),
    remove: (entity, wish) => signalEntity(entity, signals.remove, wish),
    command: (entity, signal) => signalEntity(entity, signal),
    bind: ({ promise, namespace, name }, wish) =>
      signalEntity(resourceId(promise, namespace, name), signals.bind, wish),
    recall: (promise, wish) => signalEntity(promiseId(promise), signals.recall, wish),
    forget: (promise, wish) => signalEntity(promiseId(promise), signals.forget, wish),
    adopt: (promise, wish) => signalEntity(promiseId(promise), signals.adopt, wish),
    register: (message) => signalIndex('register', message),
    deregister: (message) => signalIndex('deregister', message),
    subscribe: (promise) => signalIndex('subscribe', { promise }),
    aggregated: (part) => signalIndex('aggregated', part),
    partsOf: async (place) => (await query<Record<string, string>>(destinationsId, 'parts', place)) ?? {},
    storeTrouble: (trouble) => signalIndex('storeTrouble', trouble),
    async claim(claim) {
      // Such an operation can be used once only, and a start may be repeated.
      const start = () =>
        new WithStartWorkflowOperation('promises', {
          workflowId: promisesId,
          taskQueue,
          args: [{}],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'every Promise and its API',
          typedSearchAttributes: [{ key: kindKey, value: 'Promises' }],
        });
      const update = () => ({ args: [claim] as [Claim], startWorkflowOperation: start() });
      await calledStart(client, () => client.workflow.executeUpdateWithStart('claim', update())).catch(
        (error: unknown) => {
          throw refusal(error) ?? error;
        },
      );
    },
    findPromise: (group, kind) => query<string>(promisesId, queries.find, { group, kind }),
    claims: async () => (await query<readonly Claim[]>(promisesId, queries.list)) ?? [],
    offer: async (promise) => (await queryLiving<PromiseOffer | null>(promiseId(promise), queries.plan)) ?? undefined,
    async status(entity) {
      const status = await queryLiving<EntityStatus>(entity, queries.status);
      return status?.phase === 'Gone' ? undefined : status;
    },
    async isUnknown(entity) {
      try {
        const { status } = await called(() => client.workflow.getHandle(entity).describe());
        return !known.includes(status.name);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return true;
        throw error;
      }
    },
    runStatus: (run) => query<RunResult>(run, queries.status),
    registry: async () => (await query<Registry>(destinationsId, queries.registry)) ?? emptyRegistry,
  };
}

async function queryOf<T>(
  client: Client,
  workflowId: string,
  name: string,
  ...args: unknown[]
): Promise<T | undefined> {
  try {
    return await called(() =>
      client.withDeadline(Date.now() + queryMillis, () =>
        client.workflow.getHandle(workflowId).query<T, unknown[]>(name, ...args),
      ),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** What an update's validator said, as opposed to a server that did not answer: asking again would not help. */
function refusal(error: unknown): Failure | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const { type, message } = error.cause;
  return new Failure(type ?? 'Refused', message, false);
}
