import { expect, test } from '@jest/globals';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import type { ControllerContext } from '../../../src/kubernetes/controllerContext.js';
import type { HealthParts } from '../../../src/kubernetes/healthRecords.js';
import { reconcileHealthRecord } from '../../../src/kubernetes/healthRecords.js';
import type { Informer } from '../../../src/kubernetes/informer.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';

const record = {
  metadata: { name: 'probe', namespace: 'default', finalizers: ['kratix.io/health-record-cleanup'] },
  data: { promiseRef: { name: 'lib' }, resourceRef: { name: 'one', namespace: 'default' }, state: 'healthy' },
};

/** What is kept of a record whose request is not there. */
async function noted(object: ClusterObject): Promise<string[]> {
  const kept: string[] = [];
  const records = objectStore(() => undefined);
  records.replace([object]);
  const apis = { list: () => [], ofPromise: () => undefined };
  const parts: HealthParts = {
    context: { apis, cluster: { ask: async () => object } } as unknown as ControllerContext,
    records: records as unknown as Informer,
    exclusively: (_target, work) => work(),
    missing: (_target, key) => void kept.push(key),
  };
  await reconcileHealthRecord(parts, 'default/probe');
  return kept;
}

test('a record waits for its request, and one that goes waits for nothing', async () => {
  expect(await noted(record)).toEqual(['default/probe']);
  const going = { ...record, metadata: { ...record.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  expect(await noted(going)).toEqual([]);
});
