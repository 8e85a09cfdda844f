import type { Client } from '@temporalio/client';
import { entityClient } from '../../activities/entityClient.js';
import type { ArtifactStore } from '../../activities/artifacts/artifactStore.js';
import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { eventRecorder } from '../../activities/kubernetes/projection/eventRecorder.js';
import type { EntityStatus } from '../domain/entity.js';
import { reason } from '../domain/failure.js';
import { groupOf } from '../domain/plan.js';
import { aborted } from './aborted.js';
import { accessKind } from './accessKind.js';
import { clusterId, projectionQueue } from './clusterIdentity.js';
import type { ControllerContext } from './controllerContext.js';
import type { FollowedConfiguration } from './followedConfiguration.js';
import { healthKind } from './healthKind.js';
import { bindingKind } from './bindingKind.js';
import { wakeBound } from './bindingObjects.js';
import { createInformer } from './informer.js';
import type { Say } from './leveledLog.js';
import type { ObjectChange } from './objectStore.js';
import type { Projector } from './projectionActivities.js';
import { promiseKind } from './promiseKind.js';
import { revisionKind } from './revisionKind.js';
import type { ReconciledKind } from './reconciledKind.js';
import { registeredKind } from './registeredKind.js';
import type { RequestNews } from './requestKind.js';
import { releaseKind } from './releaseKind.js';
import { requestKind } from './requestKind.js';
import { withoutSpec } from './slimObject.js';
import { storeSecrets } from './storeSecrets.js';
import { failureWarner } from './failureWarner.js';
import { wakeOwner } from './workOwner.js';

export interface ControllerParts {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly artifacts: ArtifactStore;
  /** Of the workers. */
  readonly taskQueue: string;
  readonly identity: string;
  /** The ConfigMap `kratix`. */
  readonly platform: FollowedConfiguration;
  readonly say: Say;
}

export interface Controller extends Projector {
  /** Task queue for the projections. */
  readonly queue: string;
  /** Resolves when everything that the cluster has is known. */
  readonly synced: Promise<void>;
  /** Looks at everything again. */
  resync(): void;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** Follows the cluster's objects until the signal aborts; one per cluster at a time, whoever leads. */
export async function createController(parts: ControllerParts, signal: AbortSignal): Promise<Controller> {
  const { cluster, client, artifacts, taskQueue, identity, platform, say } = parts;
  const id = await clusterId(cluster);
  const troubled = (error: unknown) => say(reason(error), 'warning');
  const followed = { cluster, troubled };

  const access = accessKind(followed, () => promises.promises.list());
  const releases = releaseKind(followed, () => platform.current().reconciliationIntervalMillis);
  const promises = promiseKind(followed, (promise) => {
    releases.promiseChanged(promise);
    access.promiseChanged(promise);
  });
  const health = healthKind(followed);
  const tell: RequestNews = {
    definitionChanged(definition) {
      promises.definitionChanged(definition);
      if (definition !== undefined) access.definitionChanged(definition);
    },
    requestChanged: (api, key) => health.requestChanged(api, key),
  };
  const requests = requestKind(followed, tell, signal);
  const revisions = revisionKind(followed);
  const bindings = bindingKind(followed, (binding) => {
    revisions.wakeLeaving();
    wakeBound(context, binding);
  });
  const registered = registeredKind(followed);
  const kinds: readonly ReconciledKind[] = [
    promises,
    requests,
    revisions,
    bindings,
    registered,
    health,
    releases,
    access,
  ];
  const documents = {
    ...followed,
    slim: withoutSpec,
    changed({ last, own }: ObjectChange) {
      if (!own) wakeOwner(context, requests.apis, works, last);
    },
  };
  const works = createInformer({ ...documents, resource: platformResources.works });
  const placements = createInformer({ ...documents, resource: platformResources.workPlacements });

  const context: ControllerContext = {
    ...{ cluster, artifacts, works, placements },
    secrets: storeSecrets({ cluster, troubled, changed: (store) => registered.queue.add(store) }, signal),
    stored: new Set(),
    promises: promises.promises,
    definitions: requests.definitions,
    apis: requests.apis,
    revisions: revisions.revisions,
    bindings: bindings.bindings,
    destinations: registered.destinations,
    bucketStateStores: registered.bucketStateStores,
    gitStateStores: registered.gitStateStores,
    settings: () => platform.current(),
    entities: entityClient(client, taskQueue),
    queue: projectionQueue(taskQueue, id),
    record: eventRecorder(cluster, identity, troubled),
    sameCluster: async () => (await clusterId(cluster)) === id,
    wake: {
      promise: (name) => promises.queue.add(name),
      request: requests.wake,
      binding: (key) => bindings.queue.add(key),
      registered: registered.wake,
      whenOffered: requests.whenOffered,
      requestsOf: (promise) => requests.ofPromise(promise),
    },
  };

  const informers = [works, placements, ...kinds.flatMap((kind) => kind.informers)];
  const synced = Promise.all(informers.map((informer) => informer.synced)).then(() => undefined);
  // Half a picture would look like objects without Works, or a Promise without requests.
  const begun = Promise.race([synced, aborted(signal)]);
  const warn = failureWarner(context);
  for (const kind of kinds) {
    kind.queue.begin({
      async handle(key) {
        await begun;
        if (signal.aborted) return;
        const began = performance.now();
        await kind.reconcile(context, key);
        say(`${key}: looked at in ${Math.round(performance.now() - began)} ms`, 'debug');
      },
      failed(key, error, times) {
        say(`${key}: ${reason(error)}; tried again`, 'warning');
        warn(kind.objectOf(context, key), error, times);
      },
    });
  }
  for (const informer of informers) void informer.run(signal);
  platform.subscribe(() => promises.wakeAll(), signal);
  function resync(): void {
    for (const kind of kinds) for (const key of kind.keys()) kind.queue.add(key);
  }
  resync();

  return {
    queue: context.queue,
    synced,
    resync,
    showStatus(status: EntityStatus) {
      const isPromise = status.kind === 'Promise' && groupOf(status.apiVersion) === platformResources.promises.group;
      return isPromise ? promises.show(context, status) : requests.show(context, status);
    },
    showReadiness: () => registered.show(context),
    async close() {
      await Promise.all(kinds.map(({ queue }) => queue.close()));
    },
  };
}
