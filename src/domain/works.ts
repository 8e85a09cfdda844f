import type { ObsoletePlacement } from './obsolete.js';
import type { StateStoreReference } from './destination.js';
import { storeKey } from './destination.js';
import type { VerifyScope } from './run.js';
import type { Work, WorkPlacement } from './work.js';
import { isWritten, samePlace } from './work.js';

/** Everything one state store has to do for one run: a single change of a single commit. */
export interface StoreJob {
  readonly store: StateStoreReference;
  /** To a branch of its own, for people to merge. */
  readonly proposal?: boolean;
  readonly write: readonly PlacementWrite[];
  readonly remove: readonly ObsoletePlacement[];
  /** Compare every file and tell which differed. */
  readonly verify?: boolean;
}

export interface PlacementWrite {
  readonly name: string;
  readonly destination: string;
  readonly layout: WorkPlacement['layout'];
  readonly snapshot: string;
}

/**
 * Splits what is not yet in a store by store, so that each store gets one change.
 * @param inDoubt what was begun and never confirmed: the store may have it in place of what we know it to have had
 */
export function storeJobs(
  works: readonly Work[],
  obsolete: readonly ObsoletePlacement[],
  verify?: VerifyScope,
  inDoubt: readonly ObsoletePlacement[] = [],
): readonly StoreJob[] {
  const jobs = new Map<string, StoreJob & { write: PlacementWrite[]; remove: ObsoletePlacement[] }>();
  const jobFor = ({ store, proposal }: { readonly store: StateStoreReference; readonly proposal?: boolean }) => {
    const key = `${storeKey(store)} ${proposal === true ? 'proposal' : 'commit'}`;
    const job = jobs.get(key) ?? { store, ...(proposal === true ? { proposal } : {}), write: [], remove: [] };
    jobs.set(key, job);
    return job;
  };
  for (const { placement, snapshot } of works.flatMap((work) => toWrite(work, verify, inDoubt))) {
    const { name, destination, layout } = placement;
    jobFor(placement).write.push({ name, destination, layout, snapshot });
  }
  for (const placement of obsolete) jobFor(placement).remove.push(placement);
  return [...jobs.values()].map((job) => (verify === undefined ? job : { ...job, verify: true }));
}

/** What stores have to do at once, and what only when all of that is done. */
export interface StoreJobs {
  readonly first: readonly StoreJob[];
  readonly then: readonly StoreJob[];
}

/** Documents that move to another store leave the old one when the new one has them, so that they are nowhere never. */
export function movesLast(jobs: readonly StoreJob[]): StoreJobs {
  const arrives = (placement: ObsoletePlacement, from: StoreJob) =>
    jobs.some((job) => job !== from && job.write.some((write) => documentsOf(write) === documentsOf(placement)));
  const parts = jobs.map((job) => {
    const moved = job.remove.filter((placement) => arrives(placement, job));
    const rest = { ...job, remove: job.remove.filter((placement) => !moved.includes(placement)) };
    return { rest, last: { ...job, write: [], remove: moved } };
  });
  return {
    first: parts.map(({ rest }) => rest).filter((job) => job.write.length > 0 || job.remove.length > 0),
    then: parts.map(({ last }) => last).filter((job) => job.remove.length > 0),
  };
}

/** The Work and group that a placement's name tells, wherever it is: `work.destination-group` without the Destination. */
function documentsOf({ name, destination }: Pick<PlacementWrite, 'name' | 'destination'>): string {
  return name.replace(`.${destination}-`, '.');
}

function toWrite(
  work: Work,
  verify: VerifyScope | undefined,
  inDoubt: readonly ObsoletePlacement[],
): readonly { placement: WorkPlacement; snapshot: string }[] {
  return work.placements.flatMap((placement) => {
    const group = work.groups.find((candidate) => candidate.id === placement.group);
    if (group === undefined) return [];
    const compare = verify !== undefined && (verify.store ?? storeKey(placement.store)) === storeKey(placement.store);
    const isSure = !inDoubt.some((each) => each.name === placement.name && samePlace(each, placement));
    return isWritten(placement, group) && isSure && !compare ? [] : [{ placement, snapshot: group.snapshot }];
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
      const { refusal: _refusal, ...accepted } = placement;
      const { store, layout, proposal } = accepted;
      return { ...accepted, written: { snapshot: write.snapshot, revision, store, layout, proposal } };
    }),
  }));
}

/** The Works, with why a store did not take what a job would have written. */
export function markRefused(works: readonly Work[], job: StoreJob, refusal: string): Work[] {
  const names = new Set(job.write.map(({ name, destination }) => `${destination}/${name}`));
  return works.map((work) => ({
    ...work,
    placements: work.placements.map((placement) =>
      names.has(`${placement.destination}/${placement.name}`) ? { ...placement, refusal } : placement,
    ),
  }));
}

/** Everything that a job may have written or failed to remove for as long as nobody has confirmed it. */
export function beginJob(leftovers: readonly ObsoletePlacement[], job: StoreJob): ObsoletePlacement[] {
  const writes = job.write.map(({ name, destination, layout, snapshot }) => {
    return { name, destination, layout, snapshot, store: job.store, proposal: job.proposal, revision: '' };
  });
  return [...endJob(leftovers, job), ...job.remove, ...writes];
}

/** A confirmed job leaves nothing uncertain at its places. */
export function endJob(leftovers: readonly ObsoletePlacement[], job: StoreJob): ObsoletePlacement[] {
  const places = [...job.remove, ...job.write.map((write) => ({ ...write, store: job.store }))];
  return leftovers.filter(
    (leftover) => !places.some((place) => place.name === leftover.name && samePlace(place, leftover)),
  );
}

/** The Works of one object, with that of a pipeline replaced, or added at the end. */
export function replaceWork(works: readonly Work[], work: Work): Work[] {
  const known = works.some((candidate) => isOfPipeline(candidate, work.pipeline));
  return known ? works.map((each) => (isOfPipeline(each, work.pipeline) ? work : each)) : [...works, work];
}

/** An object has one Work for each pipeline, and one of a Promise's static dependencies, which has none. */
export function isOfPipeline(work: Work, pipeline: string | undefined): boolean {
  return work.pipeline === pipeline;
}

/** Names of the Destinations that hold documents, each once, sorted. */
export function destinationsOf(works: readonly Work[]): string[] {
  const names = works.flatMap((work) => work.placements.map((placement) => placement.destination));
  return [...new Set(names)].toSorted();
}

/** The Works, with nothing of a job taken for written: its store differs, and could not be mended now. */
export function markUnwritten(works: readonly Work[], job: StoreJob): Work[] {
  const names = new Set(job.write.map((write) => write.name));
  return works.map((work) => ({
    ...work,
    placements: work.placements.map(({ written, ...placement }) =>
      written === undefined || names.has(placement.name) ? placement : { ...placement, written },
    ),
  }));
}
