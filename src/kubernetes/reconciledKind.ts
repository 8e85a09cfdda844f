import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import type { ControllerContext } from './controllerContext.js';
import type { Informer } from './informer.js';
import type { WorkQueue, WorkQueueOptions } from './workQueue.js';
import { workQueue } from './workQueue.js';

/** What every kind is followed with. */
export interface KindParts {
  readonly cluster: Cluster;
  readonly troubled: (error: unknown) => void;
}

/** The key for what only an entity knows of: objects that vanished, finalizer and all, while nobody looked. */
export const vanished = '*';

/** One sort of objects that the controller keeps in order: what it follows, and what it does about one of them. */
export interface ReconciledKind {
  readonly informers: readonly Informer[];
  readonly queue: KindQueue;
  /** Everything that there is of it, and `vanished` where an entity may know of more. */
  keys(): readonly string[];
  /** Where its users would look for what is said of this key; nothing when it is gone. */
  objectOf(context: ControllerContext, key: string): FollowedObject | undefined;
  /** One pass over one object, also one that is gone; may be repeated at any time. */
  reconcile(context: ControllerContext, key: string): Promise<void>;
}

export interface FollowedObject {
  readonly resource: ApiResource;
  readonly object: ClusterObject;
}

export function followedObject(informer: Informer, key: string): FollowedObject | undefined {
  const object = informer.get(key);
  return object === undefined ? undefined : { resource: informer.resource, object };
}

type KeyHandler = Pick<WorkQueueOptions, 'handle' | 'failed'>;

export interface KindQueue extends WorkQueue {
  /** Says what is done with keys; informers run only afterwards. */
  begin(handler: KeyHandler): void;
}

/** Objects looked at side by side: each waits for Temporal and the API server most of the time. */
const concurrency = 8;

export function kindQueue(): KindQueue {
  let handler: KeyHandler | undefined;
  const queue = workQueue({
    concurrency,
    handle: async (key) => handler?.handle(key),
    failed: (key, error, times) => handler?.failed(key, error, times),
  });
  return {
    ...queue,
    async exclusively(key, work) {
      try {
        return await queue.exclusively(key, work);
      } catch (thrown) {
        // Passes are repeated until they go well, and what they fail of is told beside the object.
        queue.add(key);
        throw thrown;
      }
    },
    begin(given) {
      handler = given;
    },
  };
}
