import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { settled } from '../../platform/operations.js';
import { binding } from './binding.js';
import type { Scenario } from './scenario.js';
import { inPhase } from './scenario.js';

const asks = `grep -q 'phase: Suspended' /kratix/input/object.yaml || echo 'suspend: true' >/kratix/metadata/workflow-control.yaml`;
/** A pipeline that stops its run until somebody says otherwise. */
const approval = [pipeline('ask', [stage('ask', asks)])];

/** A pipeline that suspends, is resumed and run anew; pauses; versions and bindings; requirements. */
export async function controlling({ platform, run, begin }: Scenario): Promise<void> {
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
}

/** A run that goes on after a suspension has what its earlier pipelines brought. */
export async function resuming({ platform, run, begin }: Scenario): Promise<void> {
  const resumed = promise('resumed', {
    selector: { team: 'waiting' },
    resource: { configure: [pipeline('configure', [echoStage()]), ...approval] },
  });
  await run('installPromise', resumed);
  const stopping = await begin('configureResource', request('resumed', 'one', { size: 'small' }));
  await settled(stopping);
  await platform.client.workflow.getHandle('resource/resumed/default/one').signal('resume');
  await stopping.result();
}
