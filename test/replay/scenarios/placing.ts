import { configMap, destination, echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { holds } from '../../platform/eventually.js';
import { settled } from '../../platform/operations.js';
import type { Platform } from '../../platform/platform.js';
import type { Scenario } from './scenario.js';

/** Waiting for a Destination, then for the Promise; placing; asking twice; a second Destination; moving labels. */
export async function placing({ platform, run, begin }: Scenario): Promise<void> {
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
}

async function misplaced({ entities }: Platform, entity: string): Promise<void> {
  await holds('the placement misplaced', async () => {
    const status = await entities.status(entity);
    return status?.phase === 'Ready' && status.works.some((work) => work.placements.some((each) => each.misplaced));
  });
}
