import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { ControllerContext } from './controllerContext.js';
import type { Informer } from './informer.js';
import type { WorkQueue } from './workQueue.js';
import { workQueue } from './workQueue.js';

/** What every kind is followed with. */
export interface KindParts {
  readonly cluster: Cluster;
  readonly troubled: (error: unknown) => void;
  readonly failed: (key: string, error: unknown) => void;
}

/** The key for what only an entity knows of: objects that vanished, finalizer and all, while nobody looked. */
export const vanished = '*';

/** One sort of objects that the controller keeps in order: what it follows, and what it does about one of them. */
export interface ReconciledKind {
  readonly informers: readonly Informer[];
  readonly queue: KindQueue;
  /** Everything that there is of it, and `vanished` where an entity may know of more. */
  keys(): readonly string[];
  /** One pass over one object, also one that is gone; may be repeated at any time. */
  reconcile(context: ControllerContext, key: string): Promise<void>;
}

export interface KindQueue extends WorkQueue {
  /** Says what is done with keys; informers run only afterwards. */
  begin(handle: (key: string) => Promise<void>): void;
}

/** Objects looked at side by side: each waits for Temporal and the API server most of the time. */
const concurrency = 8;

export function kindQueue(failed: KindParts['failed']): KindQueue {
  let handler: ((key: string) => Promise<void>) | undefined;
  const queue = workQueue({ concurrency, failed, handle: async (key) => handler?.(key) });
  return {
    ...queue,
    begin(handle) {
      handler = handle;
    },
  };
}
