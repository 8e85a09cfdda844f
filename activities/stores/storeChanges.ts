import { storeKey } from '../../src/domain/destination.js';
import { Failure, reason } from '../../src/domain/failure.js';
import type { ObsoletePlacement } from '../../src/domain/obsolete.js';
import type { Registry } from '../../src/domain/registry.js';
import { holderOf, isThere } from '../../src/domain/registry.js';
import type { PlacementWrite, StoreJob } from '../../src/domain/works.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { getSnapshot } from '../artifacts/snapshot.js';
import { unlessLost } from '../artifacts/unlessLost.js';
import type { EntityClient } from '../entityClient.js';
import { combinedChange } from './combinedChange.js';
import { placementChange } from './placementChange.js';
import type { StoreChange, StoreFile } from './storeWriter.js';

export interface StoreChangeDependencies {
  readonly artifacts: ArtifactStore;
  readonly entities: Pick<EntityClient, 'registry' | 'partsOf' | 'aggregated'>;
}

/** What one run wants of one store. */
export interface WriteStore {
  readonly run: string;
  /** `jenkins default/example`, for the commit message. */
  readonly title: string;
  readonly job: StoreJob;
}

/** What a run's wish changes in a store: documents as they are in the artifact store, with everybody's part where one file is all. */
export function storeChanges({ artifacts, entities }: StoreChangeDependencies) {
  async function filesOf(snapshot: string): Promise<StoreFile[]> {
    return (await getSnapshot(artifacts, snapshot)).map(({ path, digest, size }) => ({
      path,
      digest,
      size,
      content: () => artifacts.get(digest),
    }));
  }

  /** Another's part that was lost, with the artifact store, is not left out: the file would lose what is there. */
  async function partOf(file: string, part: string, snapshot: string): Promise<StoreFile[]> {
    try {
      const files = await filesOf(snapshot);
      return files.map((each) => ({ ...each, content: () => each.content().catch(partMissing(file, part)) }));
    } catch (thrown) {
      return partMissing(file, part)(thrown);
    }
  }

  /** A Destination with one file for all: this placement joins or leaves first, then the file is made of all of them. */
  async function changeOf(
    common: Pick<StoreChange, 'run' | 'summary'>,
    store: StoreJob['store'],
    placement: PlacementWrite | ObsoletePlacement,
    files?: readonly StoreFile[],
  ): Promise<StoreChange> {
    const { name, layout, destination, snapshot } = placement;
    const input = { ...common, placement: name, layout, files };
    if (layout.mode !== 'aggregatedYAML') return placementChange(input);
    const place = { destination, file: `${storeKey(store)} ${layout.aggregate ?? ''}` };
    await entities.aggregated({ ...place, placement: name, snapshot: files === undefined ? undefined : snapshot });
    return {
      ...common,
      // Asked at the moment of writing: whoever writes last has heard of everybody.
      async edit(view) {
        const leaves = { destination, store, layout };
        const holder = files === undefined ? holderOf(await entities.registry(), leaves) : destination;
        const parts = Object.entries(await entities.partsOf({ ...place, destination: holder }));
        const aggregateParts = await Promise.all(
          parts.map(async ([part, digest]) => {
            const own = part === name;
            return { placement: part, files: await (own ? filesOf(digest) : partOf(place.file, part, digest)) };
          }),
        );
        return placementChange({ ...input, aggregateParts }).edit(view);
      },
    };
  }

  /** Whoever wanted a Destination that is gone by now hears of it, and schedules anew. */
  async function changeFor(wish: WriteStore, registry: Registry): Promise<StoreChange> {
    const { run, title } = wish;
    const job = { ...wish.job, write: wish.job.write.filter(({ destination }) => isThere(registry, destination)) };
    const common = { run, summary: summaryOf(title, job) };
    const removals = await Promise.all(job.remove.map((placement) => changeOf(common, job.store, placement)));
    const writes = await Promise.all(
      job.write.map(async (placement) => changeOf(common, job.store, placement, await filesOf(placement.snapshot))),
    );
    return combinedChange(common, [...removals, ...writes]);
  }

  return { changeFor };
}

/** For `catch`: names the part, which its own pipelines bring back. */
function partMissing(file: string, part: string): (thrown: unknown) => never {
  return (thrown) => {
    unlessLost(thrown);
    const message = `the part of ${part} in ${file} is lost (${reason(thrown)}); it is back when its pipelines have run`;
    throw new Failure('PartMissing', message, true, { cause: thrown });
  };
}

function summaryOf(title: string, { write, remove }: StoreJob): string {
  return `${write.length > 0 ? 'Update' : 'Delete'} ${title}${write.length > 0 && remove.length > 0 ? ' (and remove)' : ''}`;
}
