import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { eventually } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';
import { fulfilOne, isEstablished, isReconciled, platformObjects } from './controllerObjects.js';

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform();
  controller = await startController(world);
  await world.apply(...platformObjects(repository));
  const configure = [pipeline('configure', [echoStage()])];
  await fulfilOne(world, 'database', promise('database', { resource: { configure } }));
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

const definition = 'databases.test.fulfil.io';
const byOther = ['--field-manager=somebody', '--type=json'];

/** What is wanted of an object: everything but what the API server counts and notes. */
function essence({ metadata, spec, status }: Shown): unknown {
  const { labels, annotations, finalizers, ownerReferences } = metadata as Record<string, unknown>;
  return { labels, annotations, finalizers, ownerReferences, spec, conditions: status?.conditions };
}

/** Somebody else does something to an object; it becomes what it was by itself, and nothing is written after that. */
async function undone(args: readonly string[], harm: () => Promise<unknown>): Promise<void> {
  const before = await world.object(...args);
  if (before === undefined) throw new Error(`${args.join(' ')} is not there`);
  await harm();
  const wanted = JSON.stringify(essence(before));
  await world.until(
    args,
    'as it was',
    (now) => now.metadata.deletionTimestamp === undefined && JSON.stringify(essence(now)) === wanted,
  );
}

const [patchOf, name] = [(ops: readonly object[]) => JSON.stringify(ops), 'one'];

test.each<[string, readonly object[]]>([
  ['a column is taken away', [{ op: 'remove', path: '/spec/versions/0/additionalPrinterColumns/0' }]],
  [
    'the schema is loosened',
    [
      {
        op: 'replace',
        path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec',
        value: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    ],
  ],
  ['a short name is given away', [{ op: 'replace', path: '/spec/names/singular', value: 'base' }]],
  ['its label goes', [{ op: 'remove', path: '/metadata/labels' }]],
])('the generated definition, when %s', async (_what, operations) => {
  await undone(['crd', definition], () =>
    world.kubectl('patch', 'crd', definition, ...byOther, '-p', patchOf(operations)),
  );
});

test('what others add to the generated definition is theirs to keep', async () => {
  await world.kubectl('annotate', 'crd', definition, 'cert-manager.io/inject-ca-from=somewhere');
  await world.kubectl('patch', 'crd', definition, '--type=merge', '-p', '{"spec":{"names":{"categories":["all"]}}}');
  const writes = world.writesDuring(2_000);
  await world.kubectl('annotate', 'promise', 'database', 'somebody=looked');
  expect((await writes).filter((write) => write.includes('/customresourcedefinitions/'))).toEqual([]);
  const crd = await world.object('crd', definition);
  expect(crd?.spec).toMatchObject({ names: { categories: ['all'] } });
  expect(crd?.metadata['annotations']).toMatchObject({ 'cert-manager.io/inject-ca-from': 'somewhere' });
});

test('a Work that is edited, relabelled or deleted; a WorkPlacement that is deleted', async () => {
  const [work = ''] = (await world.kubectl('get', 'works', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
  const [placement = ''] = (
    await world.kubectl('get', 'workplacements', '-o', 'jsonpath={.items[*].metadata.name}')
  ).split(' ');
  const emptied = patchOf([{ op: 'replace', path: '/spec/workloadGroups', value: [] }]);
  await undone(['work', work], () => world.kubectl('patch', 'work', work, ...byOther, '-p', emptied));
  await undone(['work', work], () => world.kubectl('label', 'work', work, 'kratix.io/work-type-'));
  const moved = patchOf([{ op: 'replace', path: '/spec/targetDestinationName', value: 'elsewhere' }]);
  await undone(['workplacement', placement], () =>
    world.kubectl('patch', 'workplacement', placement, ...byOther, '-p', moved),
  );
  const uid = (await world.object('workplacement', placement))?.metadata['uid'];
  await world.kubectl('delete', 'workplacement', placement);
  await world.until(
    ['workplacement', placement],
    'made again',
    (now) => now.metadata['uid'] !== uid && condition(now, 'Ready')?.status === 'True',
  );
  await world.kubectl('delete', 'work', work);
  await world.until(['work', work], 'made again', (now) => condition(now, 'Ready')?.status === 'True');
  await world.until(['workplacement', placement], 'made again', (now) => condition(now, 'Ready')?.status === 'True');
});

test('a ResourceBinding that is deleted is made again, for the same version', async () => {
  const list = ['get', 'resourcebindings', '-o', 'jsonpath={.items[*].metadata.name}'];
  const binding = await world.kubectl(...list);
  const uid = (await world.object('resourcebinding', binding))?.metadata['uid'];
  await world.kubectl('delete', 'resourcebinding', binding);
  const again = await world.until(['resourcebinding', binding], 'made again', (now) => now.metadata['uid'] !== uid);
  expect(again.spec?.['version']).toBe('latest');
});

test('status, labels and finalizers of a request', async () => {
  const status = JSON.stringify({
    status: { message: 'mine', workflows: 7, healthStatus: { state: 'healthy' }, conditions: [] },
  });
  const patch = ['patch', 'databases', name, '--field-manager=somebody', '--subresource=status', '--type=merge'];
  await undone(['databases', name], () => world.kubectl(...patch, '-p', status));
  const shown = await world.object('databases', name);
  expect(shown?.status).toMatchObject({
    message: 'Resource requested',
    workflows: 1,
    healthStatus: { state: 'healthy' },
  });
  await undone(['databases', name], () => world.kubectl('label', 'databases', name, 'kratix.io/promise-name-'));
  const bare = JSON.stringify({ metadata: { finalizers: null } });
  await undone(['databases', name], () => world.kubectl('patch', 'databases', name, '--type=merge', '-p', bare));
  await undone(['promise', 'database'], () =>
    world.kubectl('patch', 'promise', 'database', '--type=merge', '-p', bare),
  );
});

test('a request that many writers change at once ends as the last of them said, written once for it', async () => {
  const runs = async () => (await world.platform.entities.status('resource/database/default/one'))?.runs.length ?? 0;
  const before = await runs();
  const writers = Array.from({ length: 20 }, (_, index) =>
    world.kubectl('annotate', 'databases', name, '--overwrite', `writer-${index % 4}=${index}`),
  );
  await Promise.all(writers);
  await world.apply(request('database', name, { size: 'huge' }));
  await world.until(['databases', name], 'Reconciled', isReconciled);
  expect(await repository.read(`worker/resources/default/database/${name}/configure/5058f/out.yaml`)).toContain(
    'text: huge',
  );
  expect(await runs()).toBe(before + 1);
});

test('nothing is written when nothing differs', async () => {
  const quiet = async () => ((await world.writesDuring(3_000)).length === 0 ? true : undefined);
  await eventually('quiet', quiet);
  expect(await world.writesDuring(3_000)).toEqual([]);
});

test('the API itself, deleted by hand, comes back; its requests went with it', async () => {
  await world.kubectl('delete', 'crd', definition, '--timeout=120s');
  await world.until(['crd', definition], 'Established', isEstablished);
  expect((await repository.files()).filter((file) => file.includes('/resources/default/'))).toEqual([]);
  await world.apply(request('database', 'one', { size: 'small' }));
  await world.until(['databases', 'one'], 'Reconciled', isReconciled);
});
