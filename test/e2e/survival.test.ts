import { execFile } from 'node:child_process';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { configMap, pipeline, promise, request, stage, writeConfigMap } from '../platform/documents.js';
import { destination, directoryStore } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { storeFiles } from '../platform/storeFiles.js';
import { temporal } from '../platform/temporalCli.js';
import type { Product, RunningProgram } from './product.js';
import { openProduct } from './product.js';

let product: Product;
let server: RunningProgram;
beforeEach(async () => {
  product = await openProduct({ worker: false });
  server = product.server;
});
afterEach(() => product?.close());

/** Names of the containers of one object's stages, on the whole machine. */
async function containers(owner: string): Promise<string[]> {
  const format = '{{.Names}} {{index .Labels "fulfil.io/key"}}';
  const docker = '{{.Names}} {{.Label "fulfil.io/key"}}';
  const args = ['ps', '--all', '--format', product.engine.name === 'docker' ? docker : format];
  const { stdout } = await promisify(execFile)(product.engine.name, args);
  return stdout.split('\n').filter((line) => line.includes(`${owner}/`));
}

async function furnish(name: string, script: string): Promise<void> {
  const { code, stderr } = await product.apply([
    directoryStore(product.store),
    destination('west', {}),
    promise(name, {
      resource: { configure: [pipeline('c', [stage('slow', script), stage('write', writeConfigMap('out', 'done'))])] },
    }),
  ]);
  expect([code, stderr]).toEqual([0, '']);
}

const written = (name: string) => storeFiles(join(product.store, `west/resources/default/${name}/one/c/5058f`));

test('kill -9 of a worker during a stage: another takes over, no container stays, the result is right', async () => {
  const name = `crash-${process.pid}`;
  const held = gate(product.home, 'crash');
  const first = await product.startWorker();
  await furnish(name, held.script);
  const asking = product.apply([request(name, 'one')]);
  await held.reached();
  expect(await containers(`resource/${name}`)).toHaveLength(1);
  await first.kill();
  const second = await product.startWorker();
  // The new worker removes what the dead one left before it takes anything on.
  await holds('the stage at its gate again', async () => (await containers(`resource/${name}`)).length === 1);
  await held.reached();
  await held.open();
  const { code, stdout } = await asking;
  expect([code, stdout]).toEqual([0, `${name.replace('-', '')}/default/one ready: written to west\n`]);
  expect(await written(name)).toEqual(['out.yaml']);
  expect(await containers(`resource/${name}`)).toEqual([]);
  expect(second.pid).not.toBe(first.pid);
});

test('kill -9 of the server: with the same database everything goes on', async () => {
  const name = `restart-${process.pid}`;
  const held = gate(product.home, 'restart');
  await product.startWorker();
  await furnish(name, held.script);
  await product.apply([request(name, 'one')], '--no-wait');
  await held.reached();
  await server.kill();
  await product.startServer();
  // A server that was away for longer than a heartbeat may be begins the stage anew, which then waits at the gate again.
  await held.openDuring(holds('the documents written', async () => (await written(name)).length === 1));
  const { code, stdout } = await product.apply([request(name, 'one')]);
  const ready = new RegExp(`^${name.replace('-', '')}/default/one (ready|unchanged): written to west\n$`);
  expect([code, stdout]).toEqual([0, expect.stringMatching(ready)]);
  expect(await containers(`resource/${name}`)).toEqual([]);
});

test('what holds an object up is described without a worker, too, and that it does not answer', async () => {
  const worker = await product.startWorker();
  const documents = [
    directoryStore(product.store),
    destination('west', {}),
    promise('held', { dependencies: [configMap('a')] }),
  ];
  expect((await product.apply(documents)).code).toBe(0);
  await rename(product.store, `${product.store}.away`);
  await symlink(join(`${product.store}.none`, 'store'), product.store);
  expect((await product.fulfil('delete', 'promise', 'held', '--no-wait')).code).toBe(0);
  const heldUp = /Held up:\n {2}writeStore, attempt \d+: .*ENOENT/;
  await holds('the removal held up', async () =>
    heldUp.test((await product.fulfil('describe', 'promise', 'held')).stdout),
  );
  await worker.kill();
  const { code, stdout, stderr } = await product.fulfil('describe', 'promise', 'held');
  expect(stdout).toMatch(/^ {2}Workflow: +promise\/held\n {2}Phase: +Deleting\n/);
  expect(stdout).toMatch(heldUp);
  expect(stderr).toMatch(/^promise\/held does not answer: Temporal: .+\n$/);
  expect(code).toBe(1);
});

test('cancelling a run stops its container', async () => {
  const name = `cancel-${process.pid}`;
  const held = gate(product.home, 'cancel');
  await product.startWorker();
  await furnish(name, held.script);
  const asking = product.apply([request(name, 'one')]);
  await held.reached();
  const run = `resource/${name}/default/one/run-1`;
  expect((await temporal(product, 'workflow', 'cancel', '--workflow-id', run)).code).toBe(0);
  const { code, stderr } = await asking;
  expect(code).toBe(1);
  expect(stderr).toContain('run was cancelled');
  expect(await containers(`resource/${name}`)).toEqual([]);
});
