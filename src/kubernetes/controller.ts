import type { Client } from '@temporalio/client';
import { entityClient } from '../../activities/entityClient.js';
import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { definitions, platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { eventRecorder } from '../../activities/kubernetes/projection/eventRecorder.js';
import { showsRefusal } from '../../activities/kubernetes/projection/ownerStatus.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { reason } from '../domain/failure.js';
import { groupOf } from '../domain/plan.js';
import { clusterId, projectionQueue } from './clusterIdentity.js';
import type { ControllerContext } from './controllerContext.js';
import type { Informer, InformerOptions } from './informer.js';
import { createInformer } from './informer.js';
import type { Projector } from './projectionActivities.js';
import { reconcilePromise } from './promiseObjects.js';
import { reconcileRegistered, registeredKinds } from './registeredObjects.js';
import { reconcileRequest } from './requestObjects.js';
import type { ServedApi } from './servedApis.js';
import { servedApis } from './servedApis.js';
import { slimObject, withoutSpec } from './slimObject.js';
import type { WorkQueue } from './workQueue.js';
import { workQueue } from './workQueue.js';

export interface ControllerParts {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly artifacts: ArtifactStore;
  /** Of the workers. */
  readonly taskQueue: string;
  readonly identity: string;
  readonly say: (line: string) => void;
}

export interface Controller extends Projector {
  /** Task queue for the projections. */
  readonly queue: string;
  /** Resolves when everything that the cluster has is known. */
  readonly synced: Promise<void>;
  /** Looks at everything again. */
  resync(): void;
  close(): void;
}

/** Objects looked at side by side: each waits for Temporal and the API server most of the time. */
const concurrency = 8;

/** Follows the cluster's objects until the signal aborts; one per cluster at a time, whoever leads. */
export async function createController(parts: ControllerParts, signal: AbortSignal): Promise<Controller> {
  const { cluster, client, artifacts, taskQueue, identity, say } = parts;
  const id = await clusterId(cluster);
  const troubled = (error: unknown) => say(reason(error));
  const queues = openQueues((key, error) => say(`${key}: ${reason(error)}; tried again`));
  const apis = servedApis(
    { cluster, troubled, changed: (api, key) => queues.requests.add(wholeKey(api, key)) },
    signal,
  );
  const informers = createInformers({ cluster, troubled }, queues, (name) => {
    const definition = informers.definitions.get(name);
    apis.see(name, definition);
    // The end of a definition is the last thing that a deleted Promise waits for.
    const promise = definition?.metadata.labels?.[promiseLabel];
    for (const each of informers.promises.list()) {
      if (definition === undefined || each.metadata.name === promise) queues.promises.add(each.metadata.name);
    }
  });

  const waiting = new Map<string, string>();
  const context: ControllerContext = {
    ...informers,
    ...{ cluster, artifacts, apis },
    entities: entityClient(client, taskQueue),
    queue: projectionQueue(taskQueue, id),
    record: eventRecorder(cluster, identity, troubled),
    sameCluster: async () => (await clusterId(cluster)) === id,
    wake: {
      promise: (name) => queues.promises.add(name),
      request: (api, key) => queues.requests.add(wholeKey(api, key)),
      registered: () => addRegistered(context, queues.registered),
      whenOffered: (api, key) => waiting.set(wholeKey(api, key), api.promise),
      requestsOf(promise) {
        for (const [key, of] of waiting) {
          if (of === promise && waiting.delete(key)) queues.requests.add(key);
        }
        const api = apis.ofPromise(promise);
        const refused = api?.requests.list().filter(showsRefusal) ?? [];
        if (api !== undefined) for (const each of refused) queues.requests.add(wholeKey(api, keyOf(each)));
      },
    },
  };

  function requestOf(whole: string): readonly [ServedApi | undefined, string] {
    const [kind = '', key = ''] = whole.split('|');
    return [apis.list().find((api) => kindOf(api) === kind), key];
  }

  const all = Object.values(informers);
  const synced = Promise.all(all.map((informer) => informer.synced)).then(() => undefined);
  // Half a picture would look like objects without Works, or a Promise without requests.
  queues.begin({
    promises: (name) => synced.then(() => reconcilePromise(context, name)),
    async requests(whole) {
      await synced;
      const [api, key] = requestOf(whole);
      if (api !== undefined) await reconcileRequest(context, api, key);
    },
    async registered(key) {
      await synced;
      const [kind = '', name = ''] = key.split('/');
      await reconcileRegistered(context, kind, name);
    },
  });
  for (const informer of all) void informer.run(signal);

  return {
    queue: context.queue,
    synced,
    resync() {
      for (const object of context.promises.list()) queues.promises.add(keyOf(object));
      for (const api of apis.list()) {
        for (const object of api.requests.list()) queues.requests.add(wholeKey(api, keyOf(object)));
      }
      addRegistered(context, queues.registered);
    },
    async showStatus(status: EntityStatus) {
      if (status.kind === 'Promise' && groupOf(status.apiVersion) === platformResources.promises.group) {
        return queues.promises.exclusively(status.name, () => reconcilePromise(context, status.name, status));
      }
      const api = apis.ofKind(groupOf(status.apiVersion), status.kind);
      // An API that is not followed (yet) has its requests looked at when it is.
      if (api === undefined) return;
      await api.requests.synced;
      const key = `${status.namespace}/${status.name}`;
      return queues.requests.exclusively(wholeKey(api, key), () => reconcileRequest(context, api, key, status));
    },
    async showReadiness() {
      const registry = await context.entities.registry();
      const shown = registeredKinds(context).flatMap(({ resource, ...informer }) =>
        informer.list().map(({ metadata: { name } }) => {
          const { kind } = resource;
          const work = () => reconcileRegistered(context, kind, name, registry);
          return queues.registered.exclusively(`${kind}/${name}`, work);
        }),
      );
      await Promise.all(shown);
    },
    close: () => queues.close(),
  };
}

function createInformers(
  shared: Pick<InformerOptions, 'cluster' | 'troubled'>,
  queues: Queues,
  definitionChanged: (name: string) => void,
) {
  const { promises, works, workPlacements, destinations, bucketStateStores, gitStateStores } = platformResources;
  const registered = (resource: InformerOptions['resource']): Informer =>
    createInformer({
      ...{ ...shared, resource, slim: slimObject },
      changed: (key) => queues.registered.add(`${resource.kind}/${key}`),
    });
  return {
    promises: createInformer({
      ...{ ...shared, resource: promises, slim: slimObject },
      changed: (key) => queues.promises.add(key),
    }),
    definitions: createInformer({
      ...{ ...shared, resource: definitions, slim: slimObject, labelSelector: promiseLabel },
      changed: definitionChanged,
    }),
    works: createInformer({ ...shared, resource: works, slim: withoutSpec }),
    placements: createInformer({ ...shared, resource: workPlacements, slim: withoutSpec }),
    destinations: registered(destinations),
    bucketStateStores: registered(bucketStateStores),
    gitStateStores: registered(gitStateStores),
  };
}

type QueueName = 'promises' | 'requests' | 'registered';
type Handlers = Readonly<Record<QueueName, (key: string) => Promise<void>>>;

interface Queues extends Readonly<Record<QueueName, WorkQueue>> {
  /** Says what is done with keys; nothing follows the cluster before. */
  begin(handlers: Handlers): void;
  close(): void;
}

function openQueues(failed: (key: string, error: unknown) => void): Queues {
  let handlers: Handlers | undefined;
  const open = (name: QueueName) => workQueue({ concurrency, failed, handle: async (key) => handlers?.[name](key) });
  const queues = { promises: open('promises'), requests: open('requests'), registered: open('registered') };
  return {
    ...queues,
    begin(given) {
      handlers = given;
    },
    close: () => Object.values(queues).forEach((queue) => queue.close()),
  };
}

function addRegistered(context: ControllerContext, queue: WorkQueue): void {
  for (const informer of registeredKinds(context)) {
    for (const { metadata } of informer.list()) queue.add(`${informer.resource.kind}/${metadata.name}`);
  }
}

function kindOf({ resource }: ServedApi): string {
  return `${resource.kind}.${resource.group}`;
}

function wholeKey(api: ServedApi, key: string): string {
  return `${kindOf(api)}|${key}`;
}
