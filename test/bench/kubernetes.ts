/**
 * From kubectl apply to documents in the store, against bare Jobs of the same pods on the same node in the same run; then
 * what a thousand resources cost that need no pipeline. Needs the build and a cluster's programs:
 *   make bench-kubernetes
 * Ends with 1 when a target is missed.
 */
import type { KubernetesList, Pod } from '../../activities/kubernetes/objects.js';
import { labelSelector, podsPath } from '../../activities/kubernetes/paths.js';
import { pipeline, promise, request, stage } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import type { PodSpec } from './bareJob.js';
import { bareJob, bareLabels, barePod } from './bareJob.js';
import type { BenchPlatform } from './kubernetesPlatform.js';
import { accounts, namespace, openBenchPlatform } from './kubernetesPlatform.js';
import { machine } from './machine.js';
import { table } from './table.js';

const pipelines = ['first', 'second'];
const burst = 20;
const nameLabel = 'kratix.io/resource-name';
/** Stays, with the volumes that bare pods have too. */
const warmUp = { [nameLabel]: 'warm-up' };
/** The fastest of them is what the machine can do: the same for both sides. */
const rounds = 3;
const idlePromises = 20;
const idleRequests = 50;
const idleSeconds = 60;
const targets = { one: 1.5, burst: 1.2, controllerMiB: 512 };
/** Two cores that have nothing else to do take minutes for a thousand entities; busy ones a quarter of an hour. */
const patience = 30 * 60_000;
/** A list of the bucket is work for the same two cores: looking more often would measure the looking. */
const lookMillis = 250;
const idleLookMillis = 5_000;

async function main(): Promise<void> {
  process.stdout.write(`${machine()}\n\n`);
  const platform = await openBenchPlatform();
  try {
    const script = "printf 'apiVersion: v1\\nkind: Namespace\\nmetadata: { name: bench }\\n' >/kratix/output/one.yaml";
    const configure = pipelines.map((name) => pipeline(name, [stage('write', script)]));
    await platform.kubectl(['apply', '-f', '-'], promise('parcel', { resource: { configure } }));
    await platform.kubectl(['wait', '--for=condition=Available', 'promise/parcel', '--timeout=60s']);
    await fulfilled(platform, [warmUp[nameLabel]]);
    const ratios = await speed(platform);
    await calls(platform);
    await idle(platform);
    const { peak } = await platform.controller.memory();
    judge([
      { what: 'one request', found: ratios.one, below: targets.one },
      { what: `${burst} at once`, found: ratios.burst, below: targets.burst },
      { what: "the controller's MiB, its pod's limit", found: peak / 2 ** 20, below: targets.controllerMiB },
    ]);
  } finally {
    await platform.close();
  }
}

async function speed(platform: BenchPlatform): Promise<{ readonly one: number; readonly burst: number }> {
  const pod = await barePod(platform.cluster, 'default', warmUp);
  const rows: string[][] = [];
  async function compare(count: number): Promise<number> {
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await seconds(() => Promise.all(Array.from({ length: count }, () => bareJobs(platform, pod)))));
      await platform.kubectl(['delete', 'jobs', '--selector', labelSelector(bareLabels), '--timeout=300s']);
      await podsGone(platform);
      const names = Array.from({ length: count }, (_, index) => `n${count}-${round}-${index}`);
      ours.push(await seconds(() => fulfilled(platform, names)));
      await platform.kubectl(['delete', 'parcels', ...names, '--timeout=300s']);
      await podsGone(platform);
    }
    const [best, floor] = [Math.min(...ours), Math.min(...bare)];
    const what = `${count} ${count === 1 ? 'request' : 'requests'} × ${pipelines.length} pipelines`;
    rows.push([what, best.toFixed(1), floor.toFixed(1), (best / floor).toFixed(2)]);
    return best / floor;
  }
  const ratios = { one: await compare(1), burst: await compare(burst) };
  const head = ['', 'Fulfil, s', 'bare Jobs, s', 'ratio'];
  process.stdout.write(`${table(head, rows, 1)}\n\n`);
  return ratios;
}

/** A kubelet has work with every pod that it knows, done or not: each side begins with those of the first request only. */
async function podsGone({ cluster }: BenchPlatform): Promise<void> {
  const areGone = async () => {
    const { items } = (await cluster.ask('GET', podsPath('default'))) as KubernetesList<Pod>;
    return items.every(({ metadata }) => metadata.labels?.[nameLabel] === warmUp[nameLabel]);
  };
  await holds('no pod is left', areGone, patience, lookMillis);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Applies requests; returns when the bucket has the documents of all their pipelines. */
async function fulfilled(platform: BenchPlatform, names: readonly string[]): Promise<void> {
  const items = names.map((name) => request('parcel', name));
  await platform.kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
  const wanted = names.flatMap((name) => pipelines.map((each) => `/default/parcel/${name}/${each}/`));
  const isThere = async () => {
    const keys = await platform.documents();
    return wanted.every((part) => keys.some((key) => key.includes(part)));
  };
  await holds(`the documents of ${names.length} requests`, isThere, patience, lookMillis);
}

/** What one request costs at least: its pods, one after the other. */
async function bareJobs({ cluster }: BenchPlatform, pod: PodSpec): Promise<void> {
  for (const _ of pipelines) await bareJob(cluster, 'default', pod);
}

/** Calls of the API that one request makes, from its creation to documents. */
async function calls(platform: BenchPlatform): Promise<void> {
  const names = Array.from({ length: burst }, (_, index) => `counted-${index}`);
  await platform.audit.mark();
  await fulfilled(platform, names);
  await platform.kubectl([
    'wait',
    '--for=condition=Reconciled',
    '--timeout=60s',
    ...names.map((name) => `parcels/${name}`),
  ]);
  await showCalls(platform, `API calls of one request with ${pipelines.length} pipelines`, burst);
}

async function showCalls({ audit }: BenchPlatform, what: string, per: number): Promise<void> {
  const lines = await Promise.all(
    Object.entries(accounts).map(async ([name, account]) => {
      const found = await audit.calls(`system:serviceaccount:${namespace}:${account}`);
      const sum = Object.values(found).reduce((all, count) => all + count, 0);
      const verbs = Object.entries(found).map(([verb, count]) => `${verb} ${(count / per).toFixed(1)}`);
      return [name, (sum / per).toFixed(1), verbs.join(', ')];
    }),
  );
  process.stdout.write(`${table([what, 'calls', 'of these'], lines, 3)}\n\n`);
}

/** A thousand resources of twenty Promises: what it takes until they are there, and what they cost when they are. */
async function idle(platform: BenchPlatform): Promise<void> {
  const names = Array.from({ length: idlePromises }, (_, index) => `idle-${index}`);
  const list = (items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
  await platform.kubectl(['apply', '-f', '-'], list(names.map((name) => promise(name))));
  await platform.kubectl(['wait', '--for=condition=Available', 'promises', '--all', '--timeout=120s']);
  const requests = names.flatMap((name) =>
    Array.from({ length: idleRequests }, (_, index) => request(name, `r${index}`)),
  );
  await platform.audit.mark();
  const took = await seconds(async () => {
    await platform.kubectl(['create', '-f', '-'], list(requests));
    const allTaken = async () => (await unobserved(platform, names)) === 0;
    await holds(`${requests.length} requests taken`, allTaken, patience, idleLookMillis);
  });
  await showCalls(platform, 'API calls of one request without a pipeline', requests.length);
  await platform.audit.mark();
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  await showCalls(platform, `API calls in a minute of ${requests.length} idle resources`, idleSeconds / 60);
  const memory = await Promise.all(
    Object.keys(accounts).map(async (name) => {
      const { now, peak } = await platform[name as keyof typeof accounts].memory();
      return [name, mebibytes(now), mebibytes(peak)];
    }),
  );
  process.stdout.write(
    `${requests.length} resources of ${names.length} Promises were there after ${took.toFixed(0)} s\n\n`,
  );
  process.stdout.write(`${table([`with ${requests.length} resources`, 'MiB', 'at most'], memory, 1)}\n\n`);
}

/** Requests that do not show yet what became of them. */
async function unobserved({ cluster }: BenchPlatform, promises: readonly string[]): Promise<number> {
  const lists = await Promise.all(
    promises.map(async (name) => {
      const { spec } = promise(name) as { readonly spec: { readonly api: { readonly spec: Names } } };
      const { group, names } = spec.api.spec;
      const found = await cluster.ask('GET', `/apis/${group}/v1/namespaces/default/${names.plural}`);
      return (found as { readonly items: readonly { readonly status?: { readonly observedGeneration?: number } }[] })
        .items;
    }),
  );
  return lists.flat().filter(({ status }) => status?.observedGeneration === undefined).length;
}

interface Names {
  readonly group: string;
  readonly names: { readonly plural: string };
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

interface Target {
  readonly what: string;
  readonly found: number;
  readonly below: number;
}

function judge(all: readonly Target[]): void {
  for (const { what, found, below } of all) {
    const met = found < below;
    process.stdout.write(`target for ${what}, below ${below}: ${found.toFixed(2)}, ${met ? 'met' : 'MISSED'}\n`);
    if (!met) process.exitCode = 1;
  }
}

await main();
