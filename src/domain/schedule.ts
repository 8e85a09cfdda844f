import type { Destination } from './destination.js';
import type { LabelSelector } from './labels.js';
import { fnv1a } from './fnv.js';
import { describeSelector, isEmptySelector, matches } from './labels.js';
import { placementLayout, placementName } from './layout.js';
import { resolveSelectors } from './selectors.js';
import type { Work, WorkloadGroup, WorkPlacement } from './work.js';

/** A group that no Destination matches, and the labels it waits for. */
export interface Unscheduled {
  readonly work: string;
  readonly directory: string;
  readonly waitsFor: string;
}

export interface Schedule {
  readonly placements: readonly WorkPlacement[];
  readonly unscheduled: readonly Unscheduled[];
}

/**
 * Chooses Destinations for a Work (reference, sections 5.3 and 5.4). Dependencies go to every Destination that
 * matches; a resource's group to one, where it stays. A placement that no longer matches is kept and marked
 * misplaced, unless the Promise's policy or a drain says that it goes; one whose Destination is gone is dropped.
 * A resource without a placement is placed anew.
 * @param placed what earlier schedules chose for this Work
 */
export function schedule(work: Work, placed: readonly WorkPlacement[], destinations: readonly Destination[]): Schedule {
  const scheduled = work.groups.map((group) => scheduleGroup(work, group, placed, destinations));
  return {
    placements: scheduled.flatMap((result) => result.placements),
    unscheduled: scheduled.flatMap((result) => result.unscheduled),
  };
}

/** Destinations that a resolved selector selects, by name so that the choice does not hang on registration order. */
export function matchingDestinations(
  selector: LabelSelector,
  destinations: readonly Destination[],
): readonly Destination[] {
  return destinations
    .filter((destination) => selects(selector, destination))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const dryRunLabel = 'kratix.io/dry-run';

export function selects(selector: LabelSelector, destination: Destination): boolean {
  if (destination.draining) return false;
  if (destination.labels[dryRunLabel] === 'true' && selector.matchLabels?.[dryRunLabel] !== 'true') return false;
  if (!isEmptySelector(selector)) return matches(selector, destination.labels);
  return !destination.strictMatchLabels || Object.keys(destination.labels).length === 0;
}

function scheduleGroup(
  work: Work,
  group: WorkloadGroup,
  placed: readonly WorkPlacement[],
  destinations: readonly Destination[],
): Schedule {
  const selector = resolveSelectors(group.selectors);
  const wanted = describeSelector(selector);
  const candidates = matchingDestinations(selector, destinations);
  const byName = new Map(destinations.map((destination) => [destination.name, destination]));
  const kept = placed.flatMap((placement) => {
    const destination = byName.get(placement.destination);
    if (placement.group !== group.id || destination === undefined) return [];
    if (goes(work, placement, destination, candidates)) return [];
    return [{ ...place(work, group, destination), ...keep(placement, destination, candidates, wanted) }];
  });
  const fresh = newDestinations(work, group, candidates, kept).map((destination) => ({
    ...place(work, group, destination),
    reason: choiceReason(work, candidates, wanted),
    misplaced: false,
  }));
  const placements = [...kept, ...fresh];
  if (placements.length > 0) return { placements, unscheduled: [] };
  return { placements, unscheduled: [{ work: work.name, directory: group.directory, waitsFor: wanted }] };
}

/** Where the group goes on this Destination as it is now: a moved Destination moves its placements. */
function place(work: Work, group: WorkloadGroup, destination: Destination) {
  return {
    name: placementName(work, group, destination.name),
    group: group.id,
    destination: destination.name,
    store: destination.stateStore,
    ...(destination.proposals ? { proposal: true } : {}),
    layout: placementLayout(work, group, destination),
  };
}

/** Whether a placement that no longer fits is given up: by the Promise's policy, or because its Destination drains. */
function goes(
  work: Work,
  { destination: name }: WorkPlacement,
  { draining }: Destination,
  candidates: readonly Destination[],
): boolean {
  if (candidates.some((candidate) => candidate.name === name)) return false;
  if (work.onUnschedule === 'delete') return true;
  // A resource that drains from its only place would be gone altogether: it stays until somewhere else fits.
  return draining && (work.kind === 'dependency' || candidates.length > 0);
}

function keep(placement: WorkPlacement, { draining }: Destination, candidates: readonly Destination[], wanted: string) {
  const { written } = placement;
  const misplaced = !candidates.some((candidate) => candidate.name === placement.destination);
  const why = draining ? `it is drained, but nothing else matches ${wanted}` : `its labels no longer match ${wanted}`;
  if (misplaced) return { misplaced, written, reason: `misplaced: ${why}; kept` };
  return { misplaced, written, reason: placement.misplaced ? `matches ${wanted} again` : placement.reason };
}

function newDestinations(
  work: Work,
  group: WorkloadGroup,
  candidates: readonly Destination[],
  kept: readonly WorkPlacement[],
): readonly Destination[] {
  if (work.kind === 'dependency') {
    const placed = new Set(kept.map((placement) => placement.destination));
    return candidates.filter((candidate) => !placed.has(candidate.name));
  }
  if (kept.length > 0) return [];
  const chosen = candidates[stableIndex(`${work.name}/${group.id}`, candidates.length)];
  return chosen === undefined ? [] : [chosen];
}

function choiceReason(work: Work, candidates: readonly Destination[], wanted: string): string {
  if (work.kind === 'dependency') return `matches ${wanted}; dependencies go to every match`;
  return candidates.length === 1 ? `the only match for ${wanted}` : `one of ${candidates.length} that match ${wanted}`;
}

/** The same work picks the same Destination again: Kratix picks at random. */
function stableIndex(text: string, count: number): number {
  return count === 0 ? 0 : fnv1a(text) % count;
}
