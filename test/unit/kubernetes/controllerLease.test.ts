import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../activities/kubernetes/cluster.js';
import { defaultConfiguration } from '../../../src/documents/platformConfiguration.js';
import { clusterFailure } from '../../../activities/kubernetes/clusterFailure.js';
import { acquireLease } from '../../../src/kubernetes/lease.js';
import { holds } from '../../platform/eventually.js';

interface Lease {
  metadata: { resourceVersion: string };
  spec: { holderIdentity: string };
}

/** An API server that knows one lease and lets nobody write what has changed since. */
function leaseServer() {
  const state: { lease?: Lease; away: boolean } = { away: false };
  let version = 0;
  const cluster: Cluster = {
    ask(method, path, options) {
      if (state.away) return Promise.reject(clusterFailure(503, '', path));
      const body = options?.body as Lease;
      if (method === 'GET') {
        return state.lease === undefined
          ? Promise.reject(clusterFailure(404, '', path))
          : Promise.resolve(structuredClone(state.lease));
      }
      const stale = state.lease !== undefined && body.metadata.resourceVersion !== state.lease.metadata.resourceVersion;
      if (stale) return Promise.reject(clusterFailure(409, '', path));
      state.lease = { ...structuredClone(body), metadata: { ...body.metadata, resourceVersion: String(++version) } };
      return Promise.resolve(state.lease);
    },
    stream: () => Promise.reject(new Error('no watches here')),
  };
  return { cluster, state };
}

const lease = (cluster: Cluster, identity: string) => ({
  ...{ cluster, identity, namespace: 'system', name: 'controller' },
  times: () => defaultConfiguration.leaderElection,
});

test('one leads; the next one does as soon as the lease is given back', async () => {
  const { cluster, state } = leaseServer();
  const stop = new AbortController();
  const one = await acquireLease(lease(cluster, 'one'), stop.signal);
  const second = acquireLease(lease(cluster, 'two'), stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(state.lease?.spec.holderIdentity).toBe('one');
  await one?.release();
  const two = await second;
  expect(two).toBeDefined();
  expect(state.lease?.spec.holderIdentity).toBe('two');
  stop.abort();
  await two?.release();
});

test('a leader that cannot renew gives up before anybody else may lead', async () => {
  const { cluster, state } = leaseServer();
  const leadership = await acquireLease(lease(cluster, 'one'), new AbortController().signal);
  state.away = true;
  const began = performance.now();
  await holds('the lease is lost', () => leadership?.lost.aborted === true, 15_000);
  expect(performance.now() - began).toBeLessThan(15_000);
  await leadership?.release();
});
