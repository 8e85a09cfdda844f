import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  configMap,
  destination,
  directoryStore,
  echoStage,
  kindOf,
  pipeline,
  promise,
  request,
} from '../platform/documents.js';
import { storeFiles } from '../platform/storeFiles.js';
import { executeByCli } from '../platform/temporalCli.js';
import type { Product } from './product.js';
import { openProduct } from './product.js';

let product: Product;
beforeAll(async () => {
  product = await openProduct({ worker: false });
  await product.startWorker();
});
afterAll(() => product?.close());

/** Runs an operation with nothing but Temporal's own command line; its result as it prints it. */
async function execute(type: string, input: unknown): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await executeByCli(product, type, JSON.stringify(input), '--output', 'json');
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  return (JSON.parse(stdout) as { result: Record<string, unknown> }).result;
}

test("every operation by Temporal's own command line, the same input twice", async () => {
  const store = join(product.store, 'plain');
  const target = { apiVersion: 'test.fulfil.io/v1', kind: kindOf('plain'), namespace: 'default', name: 'one' };
  const stateStore = { name: 'default', kind: 'DirectoryStateStore' };
  const document = promise('plain', {
    dependencies: [configMap('operator')],
    resource: { configure: [pipeline('configure', [echoStage()])] },
  });
  const steps: readonly (readonly [string, unknown, string, string])[] = [
    ['registerStateStore', directoryStore(store), 'Ready', 'State store is ready'],
    [
      'registerDestination',
      destination('plain', {}, { stateStoreRef: stateStore }),
      'Ready',
      'Test documents written to State Store',
    ],
    ['installPromise', document, 'Ready', 'written to plain'],
    ['configureResource', request('plain', 'one', { size: 's' }), 'Ready', 'written to plain'],
  ];
  for (const [type, input, phase, message] of steps) {
    expect(await execute(type, input)).toMatchObject({ phase, message, changed: true });
    expect(await execute(type, input)).toMatchObject({ phase, message, changed: false });
  }
  expect(await storeFiles(join(store, 'plain'))).toEqual([
    'dependencies/plain/5058f/static/plain-dependencies.yaml',
    'resources/default/plain/one/configure/5058f/out.yaml',
  ]);
  expect(await execute('repair', {})).toMatchObject({ phase: 'Ready', changed: false });

  const ends: readonly (readonly [string, unknown])[] = [
    ['deleteResource', target],
    ['deletePromise', { name: 'plain' }],
    ['deregisterDestination', { name: 'plain' }],
    ['deregisterStateStore', stateStore],
  ];
  for (const [type, input] of ends) {
    expect(await execute(type, input)).toMatchObject({ phase: 'Gone', message: 'deleted', changed: true });
    expect(await execute(type, input)).toMatchObject({
      phase: 'Gone',
      message: 'there is nothing to delete',
      changed: false,
    });
  }
  expect(await storeFiles(join(store, 'plain/resources'))).toEqual([]);
  expect(await storeFiles(join(store, 'plain/dependencies'))).toEqual([]);
});

test.each([
  ['installPromise', 'Promise'],
  ['configureResource', 'request'],
  ['registerDestination', 'Destination'],
  ['registerStateStore', 'store'],
  ['deletePromise', 'target'],
  ['deleteResource', 'target'],
  ['deregisterDestination', 'target'],
  ['deregisterStateStore', 'target'],
])('%s refuses an empty object instead of waiting for ever', async (type) => {
  const { code, stdout } = await executeByCli(product, type, '{}');
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/Message: \S.*expected/);
});
