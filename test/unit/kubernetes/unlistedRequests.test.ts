import { expect, test } from '@jest/globals';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../../../src/domain/entity.js';
import { reconcileBinding } from '../../../src/kubernetes/bindingObjects.js';
import type { ControllerContext } from '../../../src/kubernetes/controllerContext.js';
import { createInformer } from '../../../src/kubernetes/informer.js';
import { adoptUnknown } from '../../../src/kubernetes/promiseRequests.js';
import { reconcileRevision } from '../../../src/kubernetes/revisionObjects.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';

const resource = { group: 'test.fulfil.io', version: 'v1', kind: 'Lib', plural: 'libs' };
const labels = { 'kratix.io/promise-name': 'lib', 'kratix.io/resource-name': 'one' };
const request: ClusterObject = { metadata: { name: 'one', namespace: 'default', uid: '1', resourceVersion: '5' } };
const binding: ClusterObject = {
  metadata: { name: 'of-one', namespace: 'default', labels, resourceVersion: '6' },
  spec: { version: 'v1', promiseRef: { name: 'lib' }, resourceRef: { namespace: 'default', name: 'one' } },
};
const revision: ClusterObject = {
  metadata: {
    ...{ name: 'lib-v1', uid: '2', resourceVersion: '7', deletionTimestamp: '2026-01-01T00:00:00Z' },
    finalizers: ['kratix.io/resource-request-cleanup'],
  },
  spec: { version: 'v1', promiseRef: { name: 'lib' } },
};

function cacheOf(...objects: ClusterObject[]) {
  const store = objectStore(() => undefined);
  store.replace(objects);
  return store;
}

/** A controller that has just begun: everything is known but the requests, whose list is slow. */
function beginning() {
  const done: string[] = [];
  const stop = new AbortController();
  const note = (what: string) => async () => void done.push(what);
  const requests = createInformer({
    resource,
    cluster: {
      ask: async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { metadata: { resourceVersion: '10' }, items: [request] };
      },
      stream: (_path, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    },
  });
  void requests.run(stop.signal);
  const api = { promise: 'lib', resource, requests };
  const entity: Partial<EntityStatus> = {
    ...{ projection: 'here', uid: 'promise', deleting: false, binding: { version: 'latest' } },
    revisions: [{ version: 'v1', document: 'a', latest: false }],
  };
  const context = {
    cluster: {
      ask: async (method: string, path: string) => {
        done.push(`${method} ${path.split('?')[0]}`);
        return revision;
      },
    },
    queue: 'here',
    promises: cacheOf({ metadata: { name: 'lib', uid: 'promise' } }),
    revisions: cacheOf(revision),
    bindings: cacheOf(binding),
    apis: { ofPromise: () => api },
    wake: { promise: () => undefined },
    entities: {
      status: async () => entity,
      bind: note('bind'),
      forget: note('forget'),
      adopt: note('adopt'),
    },
  } as unknown as ControllerContext;
  return { context, done, stop: () => stop.abort() };
}

test('a revision that goes when a controller begins waits for the requests that are bound to it', async () => {
  const { context, done, stop } = beginning();
  await reconcileRevision(context, 'lib-v1');
  stop();
  expect(done).not.toContain('forget');
  expect(done[0]).toBe('DELETE /apis/test.fulfil.io/v1/namespaces/default/libs/one');
});

test('a binding that was changed before a controller began is told to its request', async () => {
  const { context, done, stop } = beginning();
  await reconcileBinding(context, 'default/of-one');
  stop();
  expect(done).toEqual(['bind']);
});

test('a Promise that is begun anew when a controller begins hears of its requests', async () => {
  const { context, done, stop } = beginning();
  await adoptUnknown(context, 'lib', []);
  stop();
  expect(done).toEqual(['adopt']);
});
