import { expect, test } from '@jest/globals';
import { jsonDigest } from '../../../activities/artifacts/artifactStore.js';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../../../src/domain/entity.js';
import type { ControllerContext } from '../../../src/kubernetes/controllerContext.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';
import { reconcileRequest } from '../../../src/kubernetes/requestObjects.js';
import type { ServedApi } from '../../../src/kubernetes/servedApis.js';
import { requestDocument } from '../../../src/kubernetes/storedDocument.js';

const resource = { group: 'test.fulfil.io', version: 'v1', kind: 'Lib', plural: 'libs' };
const labels = { 'kratix.io/promise-name': 'lib' };
const object: ClusterObject = {
  metadata: { name: 'one', namespace: 'default', uid: 'u', labels, finalizers: ['fulfil.io/entity'] },
  spec: {},
};
const document = jsonDigest(requestDocument(resource, object));

function cacheOf(...objects: ClusterObject[]) {
  const store = objectStore(() => undefined);
  store.replace(objects);
  return store;
}

/** Which bindings are looked at again when a request reports that it follows this version, and its binding says v1. */
async function wokenBy(version: string): Promise<string[]> {
  const woken: string[] = [];
  const binding: ClusterObject = {
    metadata: { name: 'of-one', namespace: 'default', labels: { ...labels, 'kratix.io/resource-name': 'one' } },
    spec: { version: 'v1' },
  };
  const status: EntityStatus = {
    ...{ apiVersion: 'test.fulfil.io/v1', kind: 'Lib', namespace: 'default', name: 'one', version, checked: true },
    ...{ phase: 'Ready', message: '', generation: 1, observedGeneration: 1, document, projection: 'here' },
    ...{ works: [], runs: [], pipelines: [], uid: 'u', createdAt: '', deleting: false, paused: false },
    ...{ conditions: [], binding: { version } },
  };
  const context = {
    cluster: { ask: async (_method: string, path: string) => (path.includes('bindings') ? binding : object) },
    queue: 'here',
    stored: new Set(['resource/lib/default/one']),
    promises: cacheOf(),
    bindings: cacheOf(binding),
    works: cacheOf(),
    record: async () => undefined,
    wake: { binding: (key: string) => void woken.push(key) },
  } as unknown as ControllerContext;
  const api = { promise: 'lib', resource, requests: cacheOf(object) } as unknown as ServedApi;
  await reconcileRequest(context, api, 'default/one', status);
  return woken;
}

test('a binding that came before its request could be told is looked at when the request reports', async () => {
  expect(await wokenBy('latest')).toEqual(['default/of-one']);
  expect(await wokenBy('v1')).toEqual([]);
});
