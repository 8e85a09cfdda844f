import type { Cluster } from '../../activities/kubernetes/cluster.js';
import { unless } from '../../activities/kubernetes/clusterFailure.js';
import { pause } from '../../activities/kubernetes/pause.js';
import type { LeaderElection } from '../documents/platformConfiguration.js';

export interface LeaseOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; different for each process. */
  readonly identity: string;
  /** Asked at every try; a term keeps those with which it began. */
  readonly times: () => LeaderElection;
  readonly troubled?: (error: unknown) => void;
}

interface LeaseObject {
  readonly metadata: { readonly resourceVersion?: string; readonly name: string; readonly namespace: string };
  readonly spec?: LeaseSpec;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Leadership {
  /** Aborts when somebody else may lead. */
  readonly lost: AbortSignal;
  /** Gives the lease back, so that the next one leads at once. */
  release(): Promise<void>;
}

/** Waits until this process leads; undefined when the signal aborted first. */
export async function acquireLease(options: LeaseOptions, signal: AbortSignal): Promise<Leadership | undefined> {
  const observed = observer();
  while (!signal.aborted) {
    try {
      const times = options.times();
      if (await tryAcquire(options, times, observed)) return keepLease(options, times, observed, signal);
    } catch (thrown) {
      options.troubled?.(thrown);
    }
    await pause(options.times().retryMillis, signal);
  }
  return undefined;
}

/** When the lease last changed by our own clock: clocks of two machines need not agree. */
interface Observed {
  isExpired(lease: LeaseObject, leaseMillis: number): boolean;
}

function observer(): Observed {
  let version: string | undefined;
  let since = 0;
  return {
    isExpired({ metadata, spec }, leaseMillis) {
      if (metadata.resourceVersion !== version) {
        version = metadata.resourceVersion;
        since = performance.now();
      }
      const kept = spec?.leaseDurationSeconds;
      return performance.now() - since > (kept === undefined ? leaseMillis : kept * 1000);
    },
  };
}

/** True when the lease is ours, taken or renewed by this very call. */
async function tryAcquire(
  { cluster, namespace, name, identity }: LeaseOptions,
  { leaseMillis }: LeaderElection,
  observed: Observed,
): Promise<boolean> {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const lease = (await cluster.ask('GET', `${collection}/${name}`).catch(unless(404))) as LeaseObject | undefined;
  const now = new Date().toISOString().replace('Z', '000Z');
  const times = { renewTime: now, leaseDurationSeconds: Math.ceil(leaseMillis / 1000), holderIdentity: identity };
  if (lease === undefined) {
    const spec = { ...times, acquireTime: now, leaseTransitions: 0 };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
    return (await cluster.ask('POST', collection, { body }).catch(unless(409))) !== undefined;
  }
  const { holderIdentity = '', acquireTime = now, leaseTransitions = 0 } = lease.spec ?? {};
  const mine = holderIdentity === identity;
  if (!mine && holderIdentity !== '' && !observed.isExpired(lease, leaseMillis)) return false;
  const spec = {
    ...times,
    acquireTime: mine ? acquireTime : now,
    leaseTransitions: mine ? leaseTransitions : leaseTransitions + 1,
  };
  const body = { ...lease, spec };
  return (await cluster.ask('PUT', `${collection}/${name}`, { body }).catch(unless(409))) !== undefined;
}

function keepLease(options: LeaseOptions, times: LeaderElection, observed: Observed, signal: AbortSignal): Leadership {
  const lost = new AbortController();
  const ended = new AbortController();
  const keeping = renew();

  async function renew(): Promise<void> {
    let renewedAt = performance.now();
    const over = AbortSignal.any([signal, ended.signal]);
    while (!over.aborted) {
      await pause(times.retryMillis, over);
      if (over.aborted) return;
      const began = performance.now();
      // A call that hangs must not outlast the deadline: the lease is lost by the clock, not by the answer.
      const deadline = setTimeout(() => lost.abort(), Math.max(0, renewedAt + times.renewMillis - began));
      try {
        if (!(await tryAcquire(options, times, observed))) return lost.abort();
        renewedAt = began;
      } catch (thrown) {
        options.troubled?.(thrown);
        if (performance.now() - renewedAt > times.renewMillis) return lost.abort();
      } finally {
        clearTimeout(deadline);
      }
      if (lost.signal.aborted) return;
    }
  }

  return {
    lost: lost.signal,
    async release() {
      ended.abort();
      await keeping;
      if (!lost.signal.aborted) await giveBack(options).catch((thrown: unknown) => options.troubled?.(thrown));
    },
  };
}

async function giveBack({ cluster, namespace, name, identity }: LeaseOptions): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const lease = (await cluster.ask('GET', path)) as LeaseObject;
  if (lease.spec?.holderIdentity !== identity) return;
  await cluster.ask('PUT', path, { body: { ...lease, spec: { ...lease.spec, holderIdentity: '' } } });
}
