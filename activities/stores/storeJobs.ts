import type { Destination } from '../../src/domain/destination.js';
import { storeKey } from '../../src/domain/destination.js';
import { Failure } from '../../src/domain/failure.js';
import type { Registry } from '../../src/domain/registry.js';
import { storeOf } from '../../src/domain/registry.js';
import type { StateStore } from '../../src/domain/stateStore.js';
import type { StoreJob } from '../../src/domain/works.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getSnapshot } from '../artifacts/snapshot.js';
import { canaryChange } from './canaryChange.js';
import { clearChange } from './clearChange.js';
import { combinedChange } from './combinedChange.js';
import { placementChange } from './placementChange.js';
import type { StoreFile, StoreRevision, StoreWriter } from './storeWriter.js';

export interface StoreJobDependencies {
  readonly artifacts: ArtifactStore;
  readonly registry: () => Promise<Registry>;
  readonly writerFor: (store: StateStore) => StoreWriter;
}

/** What one run wants of one store. */
export interface WriteStore {
  readonly run: string;
  /** `jenkins default/example`, for the commit message. */
  readonly title: string;
  readonly job: StoreJob;
}

/** The store activities' work: from what runs and Destinations want to changes of a state store. */
export function storeJobs({ artifacts, registry, writerFor }: StoreJobDependencies) {
  async function filesOf(snapshot: string): Promise<StoreFile[]> {
    return (await getSnapshot(artifacts, snapshot)).map(({ path, digest, size }) => ({
      path,
      digest,
      size,
      content: () => artifacts.get(digest),
    }));
  }

  async function writerOf(reference: StoreJob['store']): Promise<StoreWriter> {
    const registered = storeOf(await registry(), reference);
    if (registered !== undefined) return writerFor(registered.store);
    const message = `${storeKey(reference)} is not registered; the documents wait for it`;
    throw new Failure('StateStoreNotFound', message, true);
  }

  return {
    async writeStore({ run, title, job }: WriteStore, signal: AbortSignal): Promise<StoreRevision> {
      const common = { run, summary: summaryOf(title, job) };
      const writes = await Promise.all(
        job.write.map(async ({ name, layout, snapshot }) =>
          placementChange({ ...common, placement: name, layout, files: await filesOf(snapshot) }),
        ),
      );
      const removals = job.remove.map(({ name, layout }) => placementChange({ ...common, placement: name, layout }));
      const writer = await writerOf(job.store);
      return writer.apply([combinedChange(common, [...removals, ...writes])], signal);
    },

    async probeStore({ store }: { readonly store: StateStore }, signal: AbortSignal): Promise<void> {
      await writerFor(store).probe(signal);
    },

    async writeCanaries(
      { destination }: { readonly destination: Destination },
      signal: AbortSignal,
    ): Promise<StoreRevision> {
      const writer = await writerOf(destination.stateStore);
      return writer.apply([canaryChange(destination)], signal);
    },

    async clearDestination({ destination }: { readonly destination: Destination }, signal: AbortSignal): Promise<void> {
      const writer = await writerOf(destination.stateStore);
      await writer.apply([clearChange(destination)], signal);
    },
  };
}

function summaryOf(title: string, { write, remove }: StoreJob): string {
  return `${write.length > 0 ? 'Update' : 'Delete'} ${title}${write.length > 0 && remove.length > 0 ? ' (and remove)' : ''}`;
}
