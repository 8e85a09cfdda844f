import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { projectBinding } from '../../../activities/kubernetes/projection/projectBinding.js';
import { objectStore } from '../../../src/kubernetes/objectStore.js';

/** Takes every object as it is applied. */
const cluster: Cluster = {
  ask: async (_method, path, options) => {
    const { pathname } = new URL(path, 'https://cluster');
    const found = bindings.get(`default/${pathname.split('/')[7]}`);
    return pathname.endsWith('/status') ? { ...found, status: {} } : options?.body;
  },
  stream: () => Promise.reject(new Error('not here')),
};
const bindings = objectStore(() => undefined);

function bound(promise: string, name: string) {
  const resource = { group: 'test.fulfil.io', version: 'v1', kind: 'Thing', plural: 'things' };
  return { promise, resource, request: { metadata: { name, namespace: 'default', uid: name } } };
}

test('two requests whose names come to the same with their Promises have a binding each, and keep it', async () => {
  const parts = { cluster, bindings };
  const first = bound('cluster', 'prod-db');
  const second = bound('db-cluster', 'prod');
  const names = [
    await projectBinding(parts, first, { version: 'latest' }),
    await projectBinding(parts, second, { version: 'latest' }),
  ];
  expect(names[0]).toBe('prod-db-cluster-92eb3');
  expect(new Set(names).size).toBe(2);
  for (const each of [first, second, first]) {
    expect(await projectBinding(parts, each, { version: 'latest' })).toBeUndefined();
  }
  expect(bindings.list()).toHaveLength(2);
});
