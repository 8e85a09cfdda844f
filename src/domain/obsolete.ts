import type { Destination } from './destination.js';
import type { Work, WorkPlacement, WrittenPlacement } from './work.js';
import { samePlace } from './work.js';

export interface ObsoletePlacement extends WrittenPlacement {
  readonly name: string;
  readonly destination: string;
}

/**
 * Documents that an earlier schedule wrote and the new one no longer wants: a group or pipeline that is gone, or a
 * Destination that moved. Documents on a Destination that is gone are its own clean-up's business.
 */
export function obsoletePlacements(
  before: readonly Work[],
  after: readonly Work[],
  destinations: readonly Destination[],
): readonly ObsoletePlacement[] {
  const known = new Set(destinations.map((destination) => destination.name));
  const wanted = after.flatMap((work) => work.placements);
  return before.flatMap((work) => work.placements.flatMap((placement) => obsolete(placement, wanted, known)));
}

/** Of what earlier runs may have left somewhere, that which no work wants there now. */
export function unwantedLeftovers(
  leftovers: readonly ObsoletePlacement[],
  works: readonly Work[],
): readonly ObsoletePlacement[] {
  const wanted = works.flatMap((work) => work.placements);
  return leftovers.filter(
    (leftover) => !wanted.some((each) => each.name === leftover.name && samePlace(each, leftover)),
  );
}

function obsolete(
  placement: WorkPlacement,
  wanted: readonly WorkPlacement[],
  known: ReadonlySet<string>,
): readonly ObsoletePlacement[] {
  const { written, name } = placement;
  if (written === undefined || !known.has(placement.destination)) return [];
  if (wanted.some((candidate) => candidate.name === name && samePlace(candidate, written))) return [];
  return [{ ...written, name, destination: placement.destination }];
}
