import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiProxy } from '../../cluster/apiProxy.js';
import { startApiProxy } from '../../cluster/apiProxy.js';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { eventually } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { isEstablished, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let proxy: ApiProxy;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  proxy = await startApiProxy(world.cluster.kubeconfig);
  controller = await startController(world, { kubeconfig: proxy.kubeconfig });
  await world.apply(
    ...platformObjects(repository),
    promise('database', { resource: { configure: [pipeline('configure', [echoStage()])] } }),
  );
  await world.until(['crd', 'databases.test.fulfil.io'], 'Established', isEstablished);
  await world.apply(...['one', 'two', 'three'].map((name) => request('database', name, { size: 'small' })));
  for (const name of ['one', 'two', 'three']) await world.until(['databases', name], 'Reconciled', isReconciled);
});
afterAll(async () => {
  await controller?.stop();
  await proxy?.stop();
  await world?.close();
  await repository?.remove();
});

const path = (name: string) => `worker/resources/default/database/${name}/configure/5058f/out.yaml`;
const documents = async () => (await repository.files()).filter((file) => file.includes('/resources/default/'));

async function becomes(name: string, size: string): Promise<void> {
  await world.apply(request('database', name, { size }));
  await world.until(['databases', name], 'Reconciled', isReconciled);
  expect(await repository.read(path(name))).toContain(`text: ${size}`);
}

test('connections that are cut again and again, in the middle of changes', async () => {
  const cutting = setInterval(() => proxy.cut(), 300);
  try {
    await becomes('one', 'cut');
    await becomes('two', 'cut');
  } finally {
    clearInterval(cutting);
  }
});

test('410 Gone: what happened in revisions that etcd has thrown away is found by a list', async () => {
  proxy.refuse();
  await world.kubectl('delete', 'databases', 'three', '--wait=false');
  await world.apply(request('database', 'two', { size: 'unseen' }), request('database', 'four', { size: 'unseen' }));
  await compact();
  // A watch cache would remember a little longer than etcd: a new one begins with what is there.
  await world.cluster.stopPrograms('kube-apiserver');
  await world.cluster.startPrograms();
  const lists = await listsOfRequests();
  proxy.open();
  await world.untilGone('databases', 'three');
  for (const name of ['two', 'four']) await world.until(['databases', name], 'Reconciled', isReconciled);
  expect(await listsOfRequests()).toBeGreaterThan(lists);
  expect(await documents()).toEqual(['four', 'one', 'two'].map(path));
  expect(await repository.read(path('two'))).toContain('text: unseen');
});

/** Throws away every revision before the newest. */
async function compact(): Promise<void> {
  const etcd = (what: string, body: object) =>
    fetch(`${world.cluster.etcd}/v3/${what}`, { method: 'POST', body: JSON.stringify(body) });
  const { header } = (await (await etcd('kv/range', { key: 'AA==' })).json()) as { header: { revision: string } };
  const { status } = await etcd('kv/compaction', { revision: header.revision, physical: true });
  expect(status).toBe(200);
}

async function listsOfRequests(): Promise<number> {
  const calls = await world.calls();
  return calls.filter(({ verb, requestURI }) => verb === 'list' && requestURI.startsWith('/apis/test.fulfil.io/'))
    .length;
}

test('an API server that cannot be reached for a minute, without a word of why', async () => {
  proxy.silence();
  await world.apply(request('database', 'five', { size: 'unheard' }));
  await world.kubectl('delete', 'databases', 'four', '--wait=false');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  proxy.open();
  await world.untilGone('databases', 'four');
  await world.until(['databases', 'five'], 'Reconciled', isReconciled);
  expect(await documents()).toEqual(['five', 'one', 'two'].map(path));
  await becomes('one', 'heard');
});

test('nothing is written when all is as it should be', async () => {
  const quiet = async () => ((await world.writesDuring(3_000)).length === 0 ? true : undefined);
  await eventually('quiet', quiet);
});
