import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import type { HealthTarget } from '../../activities/kubernetes/projection/healthStatus.js';
import { reconcileHealthRecord } from './healthRecords.js';
import { createInformer } from './informer.js';
import type { ObjectChange } from './objectStore.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';
import type { ServedApi } from './servedApis.js';

export function healthKind(parts: KindParts) {
  const queue = kindQueue();
  /** Records by the request that is not there yet. */
  const missing = new Map<string, Set<string>>();
  const changed = ({ key, object }: ObjectChange) => {
    if (object === undefined) waitNoMore(key);
    queue.add(key);
  };
  const records = createInformer({ ...parts, resource: platformResources.healthRecords, changed });

  /** One that is gone, whose request may never come. */
  function waitNoMore(record: string): void {
    for (const [target, waiting] of missing) if (waiting.delete(record) && waiting.size === 0) missing.delete(target);
  }

  return {
    informers: [records],
    queue,
    keys: () => records.list().map(keyOf),
    objectOf: (_context, key) => followedObject(records, key),
    reconcile: (context, key) =>
      reconcileHealthRecord(
        {
          context,
          records,
          exclusively: (target, work) => queue.exclusively(targetKey(target), work),
          missing(target, record) {
            const known = missing.get(targetKey(target)) ?? new Set();
            missing.set(targetKey(target), known.add(record));
          },
        },
        key,
      ),
    requestChanged({ promise }: ServedApi, key: string): void {
      const target = `${promise}/${key}`;
      for (const record of missing.get(target) ?? []) queue.add(record);
      missing.delete(target);
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}

/** Longer than the key of a record, which it must not be taken for. */
function targetKey({ promise, namespace, name }: HealthTarget): string {
  return `${promise}/${namespace}/${name}`;
}
