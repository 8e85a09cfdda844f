import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { promise, request } from '../../platform/documents.js';
import { eventually, holds } from '../../platform/eventually.js';
import { isEstablished, isReconciled, platformVersion } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let world: ControllerPlatform;
let controller: RunningController;

/** Things that come at once, or whose names meet. */
beforeAll(async () => {
  world = await openControllerPlatform();
  controller = await startController(world);
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
});

async function install(name: string, version: string): Promise<void> {
  await world.apply(promise(name, { version }));
  await world.until(['promise', name], version, ({ status }) => {
    return status?.['status'] === 'Available' && status['version'] === version;
  });
}

async function serve(name: string, plural: string): Promise<void> {
  await install(name, 'v1');
  await world.until(['crd', `${plural}.test.fulfil.io`], 'Established', isEstablished);
}

test('a ResourceBinding that comes right after its request counts', async () => {
  await serve('lib', 'libs');
  await install('lib', 'v2');
  for (const name of ['one', 'two', 'three', 'four']) {
    const binding = {
      apiVersion: platformVersion,
      kind: 'ResourceBinding',
      metadata: {
        name: `of-${name}`,
        namespace: 'default',
        labels: { 'kratix.io/promise-name': 'lib', 'kratix.io/resource-name': name },
      },
      spec: { version: 'v1', promiseRef: { name: 'lib' }, resourceRef: { namespace: 'default', name } },
    };
    await world.apply({ apiVersion: 'v1', kind: 'List', items: [request('lib', name), binding] });
  }
  for (const name of ['one', 'two', 'three', 'four']) {
    await world.until(['libs', name], 'bound', ({ status }) => status?.['promiseVersion'] === 'v1');
  }
});

test('requests of two Promises have a ResourceBinding each, although their names come to the same', async () => {
  await serve('cluster', 'clusters');
  await serve('db-cluster', 'dbclusters');
  await world.apply(request('cluster', 'prod-db'));
  await world.until(['clusters', 'prod-db'], 'Reconciled', isReconciled);
  await world.apply(request('db-cluster', 'prod'));
  await world.until(['dbclusters', 'prod'], 'Reconciled', isReconciled);
  const list = ['get', 'resourcebindings', '-o', 'jsonpath={range .items[*]}{.spec.resourceRef.name} {end}'];
  expect((await world.kubectl(...list)).trim().split(' ')).toEqual(expect.arrayContaining(['prod-db', 'prod']));
});

/** Of two Promises that ask for one API: who is served, and who hears that it is another's; the latter says so. */
async function rivals(names: readonly string[]): Promise<{ readonly served: string; readonly refused: string }> {
  return eventually(`one of ${names.join(' and ')} is served`, async () => {
    const shown = await Promise.all(names.map((name) => world.object('promise', name)));
    const served = shown.filter((each) => each?.status?.['status'] === 'Available' && !isRefused(each));
    const refused = shown.filter(isRefused);
    const [winner, loser] = [served[0]?.metadata.name, refused[0]?.metadata.name];
    if (winner === undefined || loser === undefined || winner === loser) return undefined;
    return { served: winner, refused: loser };
  });
}

function isRefused(object: Shown | undefined): boolean {
  return condition(object, 'Accepted')?.status === 'False';
}

const label = 'kratix.io/promise-name';
const labelOf = async (crd: string) => (await world.object('crd', crd))?.metadata.labels?.[label];

test('of two Promises with one API that come together one is served, and the other says whose it is', async () => {
  for (const kind of ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon']) {
    const names = ['one', 'two'].map((each) => `${kind.toLowerCase()}-${each}`);
    await world.apply({ apiVersion: 'v1', kind: 'List', items: names.map((name) => promise(name, { kind })) });
    const { served } = await rivals(names);
    await holds('its label', async () => (await labelOf(`${kind.toLowerCase()}s.test.fulfil.io`)) === served);
  }
});

test('an API is whose Promise has claimed it, whatever its definition is labelled with', async () => {
  const crd = 'alphas.test.fulfil.io';
  const before = await rivals(['alpha-one', 'alpha-two']);
  await world.kubectl('label', '--overwrite', 'crd', crd, `${label}=${before.refused}`);
  await holds('its label is back', async () => (await labelOf(crd)) === before.served);
  await controller.quiet();
  expect(await rivals(['alpha-one', 'alpha-two'])).toEqual(before);
});
