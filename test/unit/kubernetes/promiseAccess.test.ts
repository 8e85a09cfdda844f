import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import type { ControllerContext } from '../../../src/kubernetes/controllerContext.js';
import type { Informer } from '../../../src/kubernetes/informer.js';
import { reconcileAccess } from '../../../src/kubernetes/promiseAccess.js';

/** A Promise that is gone, with one object of each kind left, in a cluster that goes away before a DELETE. */
function leftovers(deletions: number) {
  const kinds = ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles', 'serviceaccounts'];
  const left = new Set(kinds);
  let remaining = deletions;
  const cluster: Cluster = {
    ask: async (method, path) => {
      const kind = kinds.find((each) => path.includes(`/${each}`)) ?? '';
      if (method === 'GET') return { items: left.has(kind) ? [{ metadata: { name: 'gone', namespace: 'team' } }] : [] };
      if (remaining === 0) throw new Error('the cluster is away');
      remaining -= 1;
      left.delete(kind);
      return undefined;
    },
    stream: () => Promise.reject(new Error('not here')),
  };
  const promises = { get: () => undefined } as unknown as Informer;
  const context = { cluster, promises } as unknown as ControllerContext;
  return { left, takeBack: () => reconcileAccess(context, promises, 'gone') };
}

test('access that is taken back in part is known by a ClusterRole until the end', async () => {
  for (const deletions of [0, 1, 2, 3, 4]) {
    const { left, takeBack } = leftovers(deletions);
    await expect(takeBack()).rejects.toThrow('the cluster is away');
    expect([deletions, [...left]]).toEqual([deletions, expect.arrayContaining(['clusterroles'])]);
  }
  const { left, takeBack } = leftovers(5);
  await takeBack();
  expect([...left]).toEqual([]);
});
