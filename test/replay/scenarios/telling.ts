import type { Relabelled } from '../../../workflows/messages.js';
import type { Document } from '../../platform/documents.js';
import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { gate } from '../../platform/gate.js';
import { settled } from '../../platform/operations.js';
import type { Platform } from '../../platform/platform.js';
import type { Scenario } from './scenario.js';
import { inPhase, target } from './scenario.js';

/** What a pipeline said is kept although something newer, a pause or a deletion came; what the Promise lacks is told. */
export async function telling({ platform, run, begin }: Scenario): Promise<void> {
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
