/**
 * How many pushes and how long: bursts of placements into one store through the group commit, against a plain loop.
 *   node --no-warnings --import ./test/servers/typescriptLoader.mjs test/bench/stores.ts
 * Ends with 1 when a target is missed. The git server is git's http-backend behind a server in this process, the
 * bucket a MinIO; both on this machine, so that a network's latency, which batches save, is not in the numbers.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bucketStore } from '../../activities/stores/bucket/bucketStore.js';
import { gitStore } from '../../activities/stores/git/gitStore.js';
import { groupCommit } from '../../activities/stores/groupCommit.js';
import { groupCompare } from '../../activities/stores/groupCompare.js';
import type { StoreChange, StoreView, StoreWriter } from '../../activities/stores/storeWriter.js';
import { minioServer } from '../servers/bucketServer.js';
import { gitHttpServer } from '../servers/gitHttpServer.js';
import { gitRepository } from '../servers/gitRepository.js';
import { dependenciesOf, never, placementOf } from '../servers/storeChanges.js';
import { machine } from './machine.js';
import { table } from './table.js';

interface Row {
  readonly what: string;
  readonly store: 'git' | 'bucket';
  readonly pushes: number;
  readonly seconds: number;
}

interface BenchStore {
  readonly kind: Row['store'];
  /** One use for each call; no group commit. */
  readonly adapter: StoreWriter;
  /** Pushes so far; for a bucket, batches. */
  pushes(): number;
  /** How many documents it holds, by itself. */
  documents(): Promise<number>;
  close(): Promise<void>;
}

type Opener = () => Promise<BenchStore>;

const loops = 100;
const run = promisify(execFile);

async function main(): Promise<void> {
  process.stdout.write(`${machine((await run('git', ['--version'])).stdout.trim())}\n\n`);
  const rows: Row[] = [];
  for (const open of [openGit, openBucket]) {
    for (const count of [1, 100, 1_000]) rows.push(await burst(open, count));
    rows.push(await loop(open));
    if (open === openGit) rows.push(await gitLoop());
    rows.push(...(await destinations(open)));
    rows.push(...(await comparisons(open)));
  }
  rows.push(...(await largeRepository()));
  const cells = rows.map((row) => [row.store, row.what, String(row.pushes), row.seconds.toFixed(2)]);
  process.stdout.write(`${table(['store', 'placements', 'pushes', 'seconds'], cells, 2)}\n\n`);
  judge(rows);
}

/** Everybody at once, each a waiter of their own, into an empty store. */
async function burst(open: Opener, count: number): Promise<Row> {
  const store = await open();
  try {
    const changes = Array.from({ length: count }, (_, index) => placementOf(index));
    const row = await measured(`${number(count)} at once`, store, () => together(groupCommit(store.adapter), changes));
    await expectDocuments(store, count * 2);
    return row;
  } finally {
    await store.close();
  }
}

/** The same adapter, one use for each placement, one after the other. */
async function loop(open: Opener): Promise<Row> {
  const store = await open();
  try {
    const row = await measured(`${loops} one by one, the same adapter`, store, async () => {
      for (let index = 0; index < loops; index += 1) await store.adapter.apply([placementOf(index)], never());
    });
    await expectDocuments(store, loops * 2);
    return row;
  } finally {
    await store.close();
  }
}

/** Without Fulfil: files into one clone that is kept, then `git add`, `git commit`, `git push`. */
async function gitLoop(): Promise<Row> {
  const store = await openGit();
  try {
    const { work } = store;
    const git = (...args: readonly string[]) => store.git(...args);
    await git('init', '--quiet', '--initial-branch=main');
    await git('remote', 'add', 'origin', store.url);
    const row = await measured(`${loops} one by one, git add, commit, push`, store, async () => {
      for (let index = 0; index < loops; index += 1) {
        const { put } = await placementOf(index).edit(nothingThere);
        for (const file of put) {
          const path = join(work, file.path);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, await file.content());
        }
        await git('add', '--all');
        await git('commit', '--quiet', '--message', `placement ${index}`);
        await git('push', '--quiet', 'origin', 'main');
      }
    });
    await expectDocuments(store, loops * 2);
    return row;
  } finally {
    await store.close();
  }
}

/** A Promise's new version reaches 1,000 Destinations that have the old one. */
async function destinations(open: Opener): Promise<Row[]> {
  const store = await open();
  try {
    const writer = groupCommit(store.adapter);
    const rows: Row[] = [];
    for (const [version, what] of ['1,000 Destinations, first', '1,000 Destinations, changed'].entries()) {
      const changes = Array.from({ length: 1_000 }, (_, index) => dependenciesOf(index, version));
      rows.push(await measured(what, store, () => together(writer, changes)));
    }
    await expectDocuments(store, 1_000);
    return rows;
  } finally {
    await store.close();
  }
}

/** What somebody else's commit leads to: every object asks whether the store still has its documents. */
async function comparisons(open: Opener): Promise<Row[]> {
  const store = await open();
  try {
    const changes = Array.from({ length: 1_000 }, (_, index) => placementOf(index));
    await together(groupCommit(store.adapter), changes);
    const holds = async (writer: StoreWriter, change: StoreChange) => {
      if ((await writer.holds([change], never())) === undefined) throw new Error(`${store.kind}: a document differs`);
    };
    const group = groupCompare(groupCommit(store.adapter));
    const all = () => Promise.all(changes.map((change) => holds(group, change)));
    const each = async () => {
      for (const change of changes.slice(0, loops)) await holds(store.adapter, change);
    };
    return [
      await measured('1,000 compared at once', store, all),
      await measured(`${loops} compared one by one, the same adapter`, store, each),
    ];
  } finally {
    await store.close();
  }
}

async function largeRepository(): Promise<Row[]> {
  const store = await openGit();
  try {
    await store.fill(10_000);
    const { adapter } = store;
    const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['10,000 files there: one write, with the clone', () => adapter.apply([placementOf(20_001)], never())],
      ['10,000 files there: the next write', () => adapter.apply([placementOf(20_002)], never())],
      ['10,000 files there: nothing to do', () => adapter.apply([placementOf(20_002)], never())],
      ['10,000 files there: fingerprint', () => adapter.fingerprint(never())],
    ];
    const rows: Row[] = [];
    for (const [what, action] of steps) rows.push(await measured(what, store, action));
    await expectDocuments(store, 10_004);
    return rows;
  } finally {
    await store.close();
  }
}

function together(writer: StoreWriter, changes: readonly StoreChange[]): Promise<unknown> {
  return Promise.all(changes.map((change) => writer.apply([change], never())));
}

async function measured(what: string, store: BenchStore, action: () => Promise<unknown>): Promise<Row> {
  const before = store.pushes();
  const began = performance.now();
  await action();
  const seconds = (performance.now() - began) / 1000;
  return { what, store: store.kind, pushes: store.pushes() - before, seconds };
}

async function expectDocuments(store: BenchStore, expected: number): Promise<void> {
  const found = await store.documents();
  if (found !== expected) throw new Error(`${store.kind}: ${found} documents where ${expected} should be`);
}

type GitBenchStore = BenchStore & {
  /** With its credential, for the git binary. */
  readonly url: string;
  readonly work: string;
  git(...args: readonly string[]): Promise<unknown>;
  fill(count: number): Promise<void>;
};

async function openGit(): Promise<GitBenchStore> {
  const repository = await gitRepository();
  const server = await gitHttpServer(repository.root);
  const work = await mkdtemp(join(tmpdir(), 'fulfil-bench-'));
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  const adapter = gitStore(
    {
      kind: 'GitStateStore',
      name: 'bench',
      path: '',
      url: `${server.origin}/state.git`,
      branch: 'main',
      authMethod: 'basicAuth',
      secretRef: { namespace: 'default', name: 'git' },
      gitAuthor: { name: 'bench', email: 'bench@example.org' },
    },
    {
      secrets: () => Promise.resolve({ username: 'fulfil', password: server.password }),
      clone: join(repository.root, 'clone.git'),
    },
  );
  return {
    kind: 'git',
    adapter,
    url: `${server.origin.replace('//', `//fulfil:${server.password}@`)}/state.git`,
    work,
    git: (...args) => run('git', [...identity, '-C', work, ...args]),
    fill: (count) => repository.fill(count),
    pushes: () => server.requests.filter((request) => request === 'POST /state.git/git-receive-pack').length,
    documents: async () => (await repository.files()).length,
    async close() {
      await server.close();
      await repository.remove();
      await rm(work, { recursive: true, force: true });
    },
  };
}

async function openBucket(): Promise<BenchStore> {
  const server = await minioServer();
  await server.client.makeBucket('bench');
  const adapter = bucketStore(
    {
      kind: 'BucketStateStore',
      name: 'bench',
      path: '',
      bucketName: 'bench',
      endpoint: server.endpoint,
      insecure: true,
      useDualStack: false,
      authMethod: 'accessKey',
      secretRef: { namespace: 'default', name: 'bucket' },
    },
    { secrets: () => Promise.resolve({ accessKeyID: server.accessKey, secretAccessKey: server.secretKey }) },
  );
  let batches = 0;
  return {
    kind: 'bucket',
    adapter: {
      ...adapter,
      apply(changes, signal) {
        batches += 1;
        return adapter.apply(changes, signal);
      },
    },
    pushes: () => batches,
    async documents() {
      let count = 0;
      for await (const _ of server.client.listObjectsV2('bench', '', true)) count += 1;
      return count;
    },
    close: () => server.close(),
  };
}

const nothingThere: StoreView = { read: () => Promise.resolve(undefined), list: () => Promise.resolve([]) };

/** The loops are measured with 100 placements only; what 1,000 would take is not known. A bucket's push is a batch. */
function judge(rows: readonly Row[]): void {
  for (const { what, store, pushes, seconds } of rows) {
    const targets = [
      { of: '100 at once', wanted: 'fewer than 5 pushes', met: pushes < 5 },
      { of: '1,000 at once', wanted: 'less than 30 s', met: seconds < 30 },
    ];
    for (const { wanted, met } of targets.filter((target) => target.of === what)) {
      process.stdout.write(`target for ${what} into one ${store}, ${wanted}: ${met ? 'met' : 'MISSED'}\n`);
      if (!met) process.exitCode = 1;
    }
  }
  process.stdout.write(
    `The loops were measured with ${loops} placements; more of them were not. A bucket's push is one batch.\n`,
  );
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

await main();
