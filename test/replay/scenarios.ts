import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Phase } from '../../src/domain/phase.js';
import type { Relabelled } from '../../workflows/messages.js';
import type { Document } from '../platform/documents.js';
import {
  configMap,
  destination,
  directoryStore,
  echoStage,
  kindOf,
  pipeline,
  promise,
  request,
  stage,
} from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import type { OperationType } from '../platform/operations.js';
import { failure, settled } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';

/** Plays every shape that control flow can take, with names that stay the same from recording to recording. */
export async function playScenarios(platform: Platform): Promise<void> {
  const operations = namedOperations(platform);
  const { run, begin } = operations;
  const readSize = `size=$(sed -n 's/^  size: *//p' /kratix/input/object.yaml)\n`;
  const target = (name: string) => ({
    apiVersion: 'test.fulfil.io/v1',
    kind: kindOf(name),
    namespace: 'default',
    name: 'one',
  });

  // Waiting for a Destination, then for the Promise; placing; asking twice; a second Destination; moving labels.
  const waiting = promise('waiting', {
    selector: { team: 'waiting' },
    dependencies: [configMap('operator')],
    promise: { delete: [pipeline('bye', [stage('bye', 'true')])] },
    resource: {
      configure: [pipeline('configure', [echoStage()])],
      delete: [pipeline('gone', [stage('gone', 'true')])],
    },
  });
  const installing = await begin('installPromise', waiting);
  await settled(installing);
  const asking = await begin('configureResource', request('waiting', 'one', { size: 'small' }));
  await settled(asking);
  await run('registerDestination', destination('west', { team: 'waiting' }));
  await Promise.all([installing.result(), asking.result()]);
  await run('configureResource', request('waiting', 'one', { size: 'small' }));
  await run('configureResource', request('waiting', 'one', { size: 'large' }));
  await run('registerDestination', destination('east', { team: 'waiting' }, { cleanup: 'all' }));
  await run('registerDestination', destination('west', { team: 'other' }));
  await misplaced(platform, 'resource/waiting/default/one');

  // A stage that fails, an operation that is refused, a deletion that fails and is mended.
  await setWorld(platform.home, 'no');
  const env = [{ name: 'ANSWER', valueFrom: { configMapKeyRef: { name: 'world', key: 'answer' } } }];
  const failing = promise('failing', {
    resource: {
      configure: [pipeline('configure', [stage('maybe', `${readSize}[ $size != bad ]`)])],
      delete: [pipeline('leave', [stage('ask', '[ $ANSWER = yes ]', { env })])],
    },
  });
  await run('installPromise', failing);
  await failure(run('configureResource', request('failing', 'one', { size: 'bad' })));
  await failure(run('configureResource', request('failing', 'one', { size: 7 })));
  await run('configureResource', request('failing', 'one', { size: 'good' }));
  await failure(run('deletePromise', { name: 'failing' }));
  await setWorld(platform.home, 'yes');
  await run('deletePromise', { name: 'failing' });

  // Metadata that cannot be read: collected at once in vain, then by an activity of its own, which says why.
  const odd = pipeline('configure', [stage('odd', 'echo "suspend: [" >/kratix/metadata/workflow-control.yaml')]);
  await run('installPromise', promise('odd', { resource: { configure: [odd] } }));
  await failure(run('configureResource', request('odd', 'one', { size: 'small' })));

  // A newer wish and a newer revision during a stage; a wish during a deletion; a cancelled run and operation.
  const held = gate(platform.home, 'replay');
  const slow = (text: string) =>
    promise('slow', {
      resource: {
        configure: [
          pipeline('configure', [stage('slow', `${readSize}echo ${text}\n[ $size != first ] || {\n${held.script}}`)]),
        ],
        delete: [pipeline('leave', [stage('leave', held.script)])],
      },
    });
  await run('installPromise', slow('v1'));
  const first = await begin('configureResource', request('slow', 'one', { size: 'first' }));
  await held.reached();
  const second = await begin('configureResource', request('slow', 'one', { size: 'second' }));
  await second.executeUpdate('accepted');
  await run('installPromise', slow('v2'));
  await first.cancel();
  await held.open();
  await Promise.allSettled([first.result(), second.result()]);
  const deleting = await begin('deleteResource', target('slow'));
  await held.reached();
  const again = await begin('configureResource', request('slow', 'one', { size: 'third' }));
  await again.executeUpdate('accepted');
  await held.open();
  await Promise.all([deleting.result(), again.result()]);
  const stopped = await begin('configureResource', request('slow', 'two', { size: 'first' }));
  await held.reached();
  await platform.client.workflow.getHandle('resource/slow/default/two/run-1').cancel();
  await failure(stopped.result());

  // A pipeline that suspends, is resumed and run anew; pauses; versions and bindings; requirements.
  const asks = `grep -q 'phase: Suspended' /kratix/input/object.yaml || echo 'suspend: true' >/kratix/metadata/workflow-control.yaml`;
  const approval = [pipeline('ask', [stage('ask', asks)])];
  const controlled = (version: string) =>
    promise('controlled', {
      version,
      requires: [{ name: 'needed' }],
      promise: { delete: approval },
      resource: { configure: [...approval, pipeline('configure', [echoStage()])] },
    });
  const needing = await begin('installPromise', controlled('v1'));
  await settled(needing);
  await run('installPromise', promise('needed', { version: 'v1' }));
  await needing.result();
  const approved = await begin('configureResource', request('controlled', 'one', { size: 'small' }));
  await settled(approved);
  const entity = platform.client.workflow.getHandle('resource/controlled/default/one');
  await entity.signal('resume');
  await approved.result();
  await platform.client.workflow.getHandle('promise/controlled').signal('pause');
  await run('installPromise', promise('needed', { version: 'v2' }));
  await platform.client.workflow.getHandle('promise/controlled').signal('unpause');
  await entity.signal('reconcile');
  await inPhase(platform, 'resource/controlled/default/one', 'Suspended');
  await entity.signal('resume');
  await inPhase(platform, 'resource/controlled/default/one', 'Ready');
  await run('bindResource', binding('controlled', 'v1'));
  await run('installPromise', controlled('v2'));
  await run('deletePromise', { name: 'needed' });
  const leaving = await begin('deletePromise', { name: 'controlled' });
  await settled(leaving);
  await platform.client.workflow.getHandle('promise/controlled').signal('resume');
  await leaving.result();

  // Nothing differs, then something does.
  await run('repair', {});
  await rm(join(platform.store, 'west/resources'), { recursive: true });
  await run('repair', {});

  // A version that cannot be installed is waited for, overtaken, and run all the same.
  const awaited = (version: string, script: string) =>
    promise('awaited', {
      version,
      promise: { configure: [pipeline('install', [stage('install', script)])] },
      resource: { configure: [pipeline('configure', [echoStage()])] },
    });
  await run('installPromise', awaited('v1', 'true'));
  await run('configureResource', request('awaited', 'one', { size: 'small' }));
  await failure(run('installPromise', awaited('v2', 'exit 3')));
  const bound = await begin('bindResource', binding('awaited', 'v2'));
  await settled(bound);
  await failure(run('installPromise', awaited('v3', 'exit 3')));
  await bound.result();
  await run('deletePromise', { name: 'awaited' });

  // Documents that cannot be removed yet: the store is away.
  const { store } = platform;
  await rename(store, `${store}.away`);
  await symlink(join(`${store}.none`, 'store'), store);
  const heldUp = await begin('deleteResource', target('waiting'));
  await settled(heldUp);
  await rm(store);
  await rename(`${store}.away`, store);
  await heldUp.result();

  // What a pipeline said is kept although something newer, a pause or a deletion came; what the Promise lacks is told.
  const word = gate(platform.home, 'word');
  const tell = stage('tell', `echo 'id: db-1' >/kratix/metadata/status.yaml\n${word.script}`);
  const telling = promise('telling', {
    requires: [{ name: 'lacking' }],
    promise: { configure: [pipeline('install', [stage('install', 'true')])] },
    resource: { configure: [pipeline('tell', [tell]), pipeline('configure', [echoStage()])] },
  });
  const unserved = await begin('installPromise', telling);
  await settled(unserved);
  await run('installPromise', promise('lacking', {}));
  await unserved.result();
  const small = await begin('configureResource', request('telling', 'one', { size: 'small' }));
  await word.reached();
  const large = await begin('configureResource', request('telling', 'one', { size: 'large' }));
  await large.executeUpdate('accepted');
  await word.open();
  await word.reached();
  const told = platform.client.workflow.getHandle('resource/telling/default/one');
  await told.signal('pause');
  await word.open();
  await inPhase(platform, 'resource/telling/default/one', 'Paused');
  await told.signal('unpause');
  await word.openDuring(Promise.all([small.result(), large.result()]));
  await run('deletePromise', { name: 'lacking' });
  const unmet = await begin('configureResource', request('telling', 'one', { size: 'none' }));
  await settled(unmet);
  await run('installPromise', promise('lacking', {}));
  await word.openDuring(unmet.result());

  // Labels that change alone, of what stands still, runs and goes.
  await relabelled(platform, 'promise/telling', () => run('installPromise', labelled(telling)));
  const labels = () => run('configureResource', labelled(request('telling', 'one', { size: 'none' })));
  await relabelled(platform, 'resource/telling/default/one', labels);
  await told.signal('reconcile');
  await word.reached();
  await relabelled(platform, 'promise/telling', () => run('installPromise', telling));
  await relabelled(platform, 'resource/telling/default/one');
  const goes = await begin('deleteResource', target('telling'));
  await settled(goes);
  await word.openDuring(goes.result());

  // Documents that a store refuses are written again by themselves.
  const choosy = promise('choosy', {
    selector: { team: 'waiting' },
    resource: { configure: [pipeline('configure', [echoStage()])] },
  });
  await run('installPromise', choosy);
  const folder = join(store, 'east/resources/default');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'choosy'), '');
  await failure(run('configureResource', request('choosy', 'one', { size: 'small' })));
  await rm(join(folder, 'choosy'));
  await inPhase(platform, 'resource/choosy/default/one', 'Ready');

  // What stores and Destinations go through.
  await run('registerStateStore', directoryStore(join(platform.home, 'second'), 'second'));
  await failure(run('deregisterStateStore', { kind: 'DirectoryStateStore', name: 'default' }));
  await run('deregisterDestination', { name: 'east' });
  await run('deletePromise', { name: 'waiting' });
  await run('deregisterDestination', { name: 'west' });
  await run('deregisterStateStore', { kind: 'DirectoryStateStore', name: 'second' });
  await failure(run('installPromise', { kind: 'Promise' }));

  // Artifacts that are needed are noted; none is old enough to go.
  await run('sweepArtifacts', {});
}

function binding(promiseName: string, version: string): Document {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'ResourceBinding',
    metadata: { name: 'one', namespace: 'default' },
    spec: { version, promiseRef: { name: promiseName }, resourceRef: { name: 'one', namespace: 'default' } },
  };
}

function labelled(document: Document): Document {
  const { metadata } = document as { readonly metadata: { readonly labels?: object } };
  return { ...document, metadata: { ...metadata, labels: { ...metadata.labels, team: 'two' } } };
}

/** Tells the entity of the document that it had before `change`, as a controller does; of the same one without a change. */
async function relabelled({ client, entities }: Platform, id: string, change?: () => Promise<unknown>): Promise<void> {
  const before = await entities.status(id);
  await change?.();
  const now = await entities.status(id);
  const news: Relabelled = { document: before?.document ?? '', instead: now?.document ?? '' };
  await client.workflow.getHandle(id).signal<[Relabelled]>('relabelled', news);
}

async function inPhase({ entities }: Platform, entity: string, phase: Phase): Promise<void> {
  await holds(`${entity} ${phase}`, async () => (await entities.status(entity))?.phase === phase);
}

/** Operations with ids that count: the same in every recording. */
function namedOperations({ client, taskQueue }: Platform) {
  const counts = new Map<string, number>();

  async function begin(type: OperationType, input: Document) {
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    return client.workflow.start(type, { workflowId: `${type}/${number}`, taskQueue, args: [input] });
  }

  return {
    begin,
    run: async (type: OperationType, input: Document): Promise<unknown> => (await begin(type, input)).result(),
  };
}

async function misplaced({ entities }: Platform, entity: string): Promise<void> {
  await holds('the placement misplaced', async () => {
    const status = await entities.status(entity);
    return status?.phase === 'Ready' && status.works.some((work) => work.placements.some((each) => each.misplaced));
  });
}

async function setWorld(home: string, answer: string): Promise<void> {
  const folder = join(home, 'configmaps', 'default', 'world');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'answer'), answer);
}
