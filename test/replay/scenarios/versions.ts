import { echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { failure, settled } from '../../platform/operations.js';
import { binding } from './binding.js';
import type { Scenario } from './scenario.js';

/** A version that cannot be installed is waited for, overtaken, and run all the same. */
export async function awaiting({ run, begin }: Scenario): Promise<void> {
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
}

/** Bound to a version that is never installed, and back. */
export async function neverInstalled({ run, begin }: Scenario): Promise<void> {
  const never = promise('never', {
    version: 'v1',
    promise: { configure: [pipeline('install', [stage('install', 'exit 3')])] },
    resource: { configure: [pipeline('configure', [echoStage()])] },
  });
  await failure(run('installPromise', never));
  const unmade = await begin('configureResource', request('never', 'one', { size: 'small' }));
  await settled(unmade);
  for (const version of ['v1', 'latest']) await settled(await begin('bindResource', binding('never', version)));
  await run('deletePromise', { name: 'never' });
}
