import type { Destination } from './destination.js';
import type { ObsoletePlacement } from './obsolete.js';
import { selects } from './schedule.js';
import { resolveSelectors } from './selectors.js';
import type { Work } from './work.js';

/** One Destination before and after; a new one has no `before`, a removed one no `after`. */
export interface DestinationChange {
  readonly name: string;
  readonly after?: Destination;
  /** It was not there before, or about to go: what was written to one of its name need not be there. */
  readonly anew?: true;
}

/** Whether a changed Destination can change where a Work is: it holds a placement, or could take one. */
export function affects(change: DestinationChange, work: Work): boolean {
  if (work.placements.some((placement) => placement.destination === change.name)) return true;
  const { after } = change;
  if (after === undefined) return false;
  return work.groups.some((group) => {
    const placed = work.placements.some((placement) => placement.group === group.id);
    if (placed && work.kind === 'resource') return false;
    return selects(resolveSelectors(group.selectors), after);
  });
}

/** What is known to be written and is not sure to be there, because its Destination was gone meanwhile. */
export function inDoubt(changes: readonly DestinationChange[], works: readonly Work[]): readonly ObsoletePlacement[] {
  const anew = new Set(changes.filter((change) => change.anew === true).map(({ name }) => name));
  const placements = works.flatMap((work) => work.placements).filter(({ destination }) => anew.has(destination));
  return placements.flatMap(({ name, destination, written }) =>
    written === undefined ? [] : [{ ...written, name, destination }],
  );
}
