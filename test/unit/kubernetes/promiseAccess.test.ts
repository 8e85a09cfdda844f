import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import type { ObjectEvent } from '../../../activities/kubernetes/projection/statusEvents.js';
import { Failure } from '../../../src/domain/failure.js';
import { accessKind } from '../../../src/kubernetes/accessKind.js';
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

test('access that may not be granted is told as what lasts, and tried again with every look at everything', async () => {
  const told: ObjectEvent[] = [];
  const refused = new Failure('ClusterRefused', 'may not escalate', true, { details: { code: 403 } });
  const cluster: Cluster = { ask: () => Promise.reject(refused), stream: () => Promise.reject(refused) };
  const promise = { metadata: { name: 'lib' } };
  const definition = {
    metadata: { name: 'libs.test.fulfil.io', labels: { 'kratix.io/promise-name': 'lib' } },
    spec: { group: 'test.fulfil.io', names: { plural: 'libs' } },
  };
  const context = {
    cluster,
    promises: { get: () => promise },
    definitions: { list: () => [definition] },
    record: async (_by: string, _of: unknown, _object: unknown, events: readonly ObjectEvent[]) => {
      told.push(...events);
    },
  } as unknown as ControllerContext;
  await reconcileAccess(context, { get: () => undefined } as unknown as Informer, 'lib');
  expect(told).toMatchObject([{ reason: 'AccessNotGranted', lasting: true }]);
  const kind = accessKind({ cluster, troubled: () => undefined }, () => [promise]);
  expect(kind.keys()).toEqual(['lib']);
});
