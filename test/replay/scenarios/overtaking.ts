import { pipeline, promise, request, stage } from '../../platform/documents.js';
import { gate } from '../../platform/gate.js';
import { failure } from '../../platform/operations.js';
import type { Scenario } from './scenario.js';
import { readSize, target } from './scenario.js';

/** A newer wish and a newer revision during a stage; a wish during a deletion; a cancelled run and operation. */
export async function overtaking({ platform, run, begin }: Scenario): Promise<void> {
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
}
