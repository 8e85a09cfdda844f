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
  return leftovers.filter((leftover) => !wanted.some((each) => occupies(each, leftover)));
}

function obsolete(
  placement: WorkPlacement,
  wanted: readonly WorkPlacement[],
  known: ReadonlySet<string>,
): readonly ObsoletePlacement[] {
  const { written, name } = placement;
  if (written === undefined || !known.has(placement.destination)) return [];
  const old: ObsoletePlacement = { ...written, name, destination: placement.destination };
  return wanted.some((candidate) => occupies(candidate, old)) ? [] : [old];
}

/** Nested paths do not say whose they are: when a Destination has moved, another may have the same documents there. */
function occupies(placement: WorkPlacement, old: ObsoletePlacement): boolean {
  return samePlace(placement, old) && (placement.name === old.name || old.layout.mode === 'nestedByMetadata');
}
