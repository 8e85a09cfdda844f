import type { ObsoletePlacement } from './obsolete.js';
import type { StateStoreReference } from './destination.js';
import { storeKey } from './destination.js';
import type { Work, WorkPlacement } from './work.js';
import { isWritten } from './work.js';

/** Everything one state store has to do for one run: a single change of a single commit. */
export interface StoreJob {
  readonly store: StateStoreReference;
  readonly write: readonly PlacementWrite[];
  readonly remove: readonly ObsoletePlacement[];
}

export interface PlacementWrite {
  readonly name: string;
  readonly destination: string;
  readonly layout: WorkPlacement['layout'];
  readonly snapshot: string;
}

/** Splits what is not yet in a store by store, so that each store gets one change. */
export function storeJobs(works: readonly Work[], obsolete: readonly ObsoletePlacement[]): readonly StoreJob[] {
  const jobs = new Map<string, { store: StateStoreReference; write: PlacementWrite[]; remove: ObsoletePlacement[] }>();
  const jobFor = (store: StateStoreReference) => {
    const job = jobs.get(storeKey(store)) ?? { store, write: [], remove: [] };
    jobs.set(storeKey(store), job);
    return job;
  };
  for (const { placement, snapshot } of works.flatMap(unwritten)) {
    const { name, destination, layout, store } = placement;
    jobFor(store).write.push({ name, destination, layout, snapshot });
  }
  for (const placement of obsolete) jobFor(placement.store).remove.push(placement);
  return [...jobs.values()];
}

function unwritten(work: Work): readonly { placement: WorkPlacement; snapshot: string }[] {
  return work.placements.flatMap((placement) => {
    const group = work.groups.find((candidate) => candidate.id === placement.group);
    return group === undefined || isWritten(placement, group) ? [] : [{ placement, snapshot: group.snapshot }];
  });
}

/** The Works, with what a store now holds marked as written. */
export function markWritten(works: readonly Work[], job: StoreJob, revision: string): Work[] {
  const done = new Map(job.write.map((write) => [write.name, write]));
  return works.map((work) => ({
    ...work,
    placements: work.placements.map((placement) => {
      const write = done.get(placement.name);
      if (write === undefined || write.destination !== placement.destination) return placement;
      const { store, layout } = placement;
      return { ...placement, written: { snapshot: write.snapshot, revision, store, layout } };
    }),
  }));
}

/** The Works with one of them replaced by name, or added at the end. */
export function replaceWork(works: readonly Work[], work: Work): Work[] {
  const known = works.some((candidate) => candidate.name === work.name);
  return known ? works.map((candidate) => (candidate.name === work.name ? work : candidate)) : [...works, work];
}

/** Names of the Destinations that hold documents, each once, sorted. */
export function destinationsOf(works: readonly Work[]): string[] {
  const names = works.flatMap((work) => work.placements.map((placement) => placement.destination));
  return [...new Set(names)].toSorted();
}
