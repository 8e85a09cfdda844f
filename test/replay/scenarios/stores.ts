import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryStore, echoStage, pipeline, promise, request } from '../../platform/documents.js';
import { failure, settled } from '../../platform/operations.js';
import type { Scenario } from './scenario.js';
import { inPhase, target } from './scenario.js';

/** Nothing differs, then something does. */
export async function repairing({ platform, run }: Scenario): Promise<void> {
  await run('repair', {});
  await rm(join(platform.store, 'west/resources'), { recursive: true });
  await run('repair', {});
}

/** Documents that cannot be removed yet: the store is away. */
export async function removing({ platform, begin }: Scenario): Promise<void> {
  const { store } = platform;
  await rename(store, `${store}.away`);
  await symlink(join(`${store}.none`, 'store'), store);
  const heldUp = await begin('deleteResource', target('waiting'));
  await settled(heldUp);
  await rm(store);
  await rename(`${store}.away`, store);
  await heldUp.result();
}

/** Documents that a store refuses are written again by themselves. */
export async function refused({ platform, run }: Scenario): Promise<void> {
  const choosy = promise('choosy', {
    selector: { team: 'waiting' },
    resource: { configure: [pipeline('configure', [echoStage()])] },
  });
  await run('installPromise', choosy);
  const folder = join(platform.store, 'east/resources/default');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'choosy'), '');
  await failure(run('configureResource', request('choosy', 'one', { size: 'small' })));
  await rm(join(folder, 'choosy'));
  await inPhase(platform, 'resource/choosy/default/one', 'Ready');
}

/** What stores and Destinations go through. */
export async function leaving({ platform, run }: Scenario): Promise<void> {
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
