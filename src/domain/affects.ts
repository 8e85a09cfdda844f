import type { Destination } from './destination.js';
import type { ObsoletePlacement } from './obsolete.js';
import { selects } from './schedule.js';
import { resolveSelectors } from './selectors.js';
import type { Work, WorkPlacement } from './work.js';
import { isWritten } from './work.js';

/** One Destination before and after; a new one has no `before`, a removed one no `after`. */
export interface DestinationChange {
  readonly name: string;
  readonly after?: Destination;
  /** It was not there before, or about to go: what was written to one of its name need not be there. */
  readonly anew?: true;
  /** Nothing about it has changed: its store answers again. */
  readonly answers?: true;
}

/** Whether a changed Destination can change where a Work is: it holds a placement, or could take one. */
export function affects(change: DestinationChange, work: Work): boolean {
  const { after, answers } = change;
  const here = work.placements.filter(({ destination }) => destination === change.name);
  // What is there already needs no run, of which a store may have a thousand; it is compared when its store changed.
  if (here.some((placement) => answers !== true || isUnwritten(placement, work))) return true;
  if (after === undefined) return false;
  return work.groups.some((group) => {
    const placed = work.placements.some((placement) => placement.group === group.id);
    if (placed && work.kind === 'resource') return false;
    return selects(resolveSelectors(group.selectors), after);
  });
}

function isUnwritten(placement: WorkPlacement, { groups }: Work): boolean {
  const group = groups.find(({ id }) => id === placement.group);
  return placement.refusal !== undefined || group === undefined || !isWritten(placement, group);
}

/** What is known to be written and is not sure to be there, because its Destination was gone meanwhile. */
export function inDoubt(changes: readonly DestinationChange[], works: readonly Work[]): readonly ObsoletePlacement[] {
  const anew = new Set(changes.filter((change) => change.anew === true).map(({ name }) => name));
  const placements = works.flatMap((work) => work.placements).filter(({ destination }) => anew.has(destination));
  return placements.flatMap(({ name, destination, written }) =>
    written === undefined ? [] : [{ ...written, name, destination }],
  );
}
