import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pipeline, promise, stage } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { gate } from '../../platform/gate.js';
import { fulfilOne } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

const [kind, one] = ['labelled', 'resource/labelled/default/one'];
const again = 'kratix.io/manual-reconciliation=true';

let world: ControllerPlatform;
let controller: RunningController;
beforeAll(async () => {
  world = await openControllerPlatform();
  controller = await startController(world);
  const held = gate(world.platform.home, 'leaves');
  const team = `team=$(sed -n 's/^ *team: *//p' /kratix/input/object.yaml)`;
  const tell = `[ "$team" != wrong ]\necho "message: team $team" >/kratix/metadata/status.yaml`;
  const configure = [pipeline('configure', [stage('tell', `${team}\n${tell}`)])];
  const leave = [
    pipeline('first', [stage('hold', held.script)]),
    pipeline('second', [stage('check', `${team}\n[ "$team" = gone ]`)]),
  ];
  const workflows = { promise: { configure }, resource: { configure, delete: leave } };
  await fulfilOne(world, kind, promise(kind, workflows));
});
afterAll(async () => {
  await controller?.stop();
  await world?.close();
});

const says = (message: string) => (shown: Shown) => shown.status?.['message'] === message;
const failed = (shown: Shown) => condition(shown, 'ConfigureWorkflowCompleted')?.reason === 'ConfigureWorkflowFailed';

async function label(object: readonly string[], ...labels: readonly string[]): Promise<void> {
  await world.kubectl('label', '--overwrite', ...object, ...labels);
}

async function entity(id: string) {
  const status = await world.platform.entities.status(id);
  return { document: status?.document, runs: status?.runs.length };
}

/** A change that its entity hears of, and runs nothing for. */
async function heardOnly(id: string, change: () => Promise<unknown>): Promise<void> {
  const before = await entity(id);
  await change();
  await holds(`${id} hears of it`, async () => (await entity(id)).document !== before.document);
  await controller.quiet();
  expect((await entity(id)).runs).toBe(before.runs);
}

test.each([
  ['a Promise', ['promise', kind], `promise/${kind}`],
  ['a request', ['labelleds', 'one'], one],
])(
  'labels and annotations of %s that change alone run nothing, and the next run finds them',
  async (_what, object, id) => {
    await heardOnly(id, () => label(object, 'team=a'));
    await heardOnly(id, () => world.kubectl('annotate', ...object, 'note=kept'));
    await label(object, again);
    await world.until(object, 'run anew', says('team a'));
  },
);

test('labels that change together with the one that asks for a run are in that run', async () => {
  await label(['labelleds', 'one'], 'team=b', again);
  await world.until(['labelleds', 'one'], 'run anew', says('team b'));
});

test('what failed is not run anew for a label, until somebody asks', async () => {
  await label(['labelleds', 'one'], 'team=wrong', again);
  await world.until(['labelleds', 'one'], 'failed', failed);
  await heardOnly(one, () => label(['labelleds', 'one'], 'team=c'));
  await world.until(['labelleds', 'one'], 'failed still', failed);
  await label(['labelleds', 'one'], again);
  await world.until(['labelleds', 'one'], 'run anew', says('team c'));
});

test('who has heard is told no more, by a controller that begins anew either', async () => {
  const events = async () => {
    const handles = [one, `promise/${kind}`].map((id) => world.platform.client.workflow.getHandle(id));
    return Promise.all(handles.map(async (handle) => (await handle.describe()).historyLength));
  };
  await controller.quiet();
  const before = await events();
  await controller.stop();
  const writes = world.writesDuring(5_000);
  controller = await startController(world);
  expect(await writes).toEqual([]);
  await controller.quiet();
  expect(await events()).toEqual(before);
});

test('labels that are set during a run are there for its next pipelines, of a deletion too', async () => {
  const held = gate(world.platform.home, 'leaves');
  await label(['labelleds', 'one'], 'team=d');
  await world.kubectl('delete', 'labelleds', 'one', '--wait=false');
  await held.reached();
  await heardOnly(one, () => label(['labelleds', 'one'], 'team=gone'));
  await held.open();
  await world.untilGone('labelleds', 'one');
});
