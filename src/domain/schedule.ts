import type { Destination } from './destination.js';
import type { LabelSelector } from './labels.js';
import { describeSelector, isEmptySelector, matches } from './labels.js';
import { resolveSelectors } from './selectors.js';
import type { Work, WorkloadGroup, WorkPlacement } from './work.js';

export interface Schedule {
  readonly placements: readonly WorkPlacement[];
  /** Groups that no Destination matches, with the labels they wait for. */
  readonly unscheduled: readonly { readonly group: string; readonly directory: string; readonly waitsFor: string }[];
}

/**
 * Chooses Destinations for a Work (reference, sections 5.3 and 5.4). Dependencies go to every Destination that
 * matches; a resource's group to one, where it stays. A placement that no longer matches is kept and marked
 * misplaced; one whose Destination is gone is dropped and, for a resource, chosen anew.
 */
export function schedule(work: Work, destinations: readonly Destination[]): Schedule {
  const scheduled = work.groups.map((group) => scheduleGroup(work, group, destinations));
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

function selects(selector: LabelSelector, destination: Destination): boolean {
  if (destination.labels[dryRunLabel] === 'true' && selector.matchLabels?.[dryRunLabel] !== 'true') return false;
  if (!isEmptySelector(selector)) return matches(selector, destination.labels);
  return !destination.strictMatchLabels || Object.keys(destination.labels).length === 0;
}

function scheduleGroup(work: Work, group: WorkloadGroup, destinations: readonly Destination[]): Schedule {
  const selector = resolveSelectors(group.selectors);
  const wanted = describeSelector(selector);
  const candidates = matchingDestinations(selector, destinations);
  const known = new Set(destinations.map((destination) => destination.name));
  const present = work.placements.filter(
    (placement) => placement.group === group.id && known.has(placement.destination),
  );
  const kept = present.map((placement) => keep(placement, candidates, wanted));
  const fresh = newDestinations(work, group, candidates, kept).map((destination): WorkPlacement => ({
    group: group.id,
    destination: destination.name,
    reason: choiceReason(work, candidates, wanted),
    misplaced: false,
  }));
  const placements = [...kept, ...fresh];
  if (placements.length > 0) return { placements, unscheduled: [] };
  return { placements, unscheduled: [{ group: group.id, directory: group.directory, waitsFor: wanted }] };
}

function keep(placement: WorkPlacement, candidates: readonly Destination[], wanted: string): WorkPlacement {
  const stillMatches = candidates.some((candidate) => candidate.name === placement.destination);
  if (!stillMatches) return { ...placement, misplaced: true, reason: `misplaced: its labels no longer match ${wanted}` };
  if (!placement.misplaced) return placement;
  return { ...placement, misplaced: false, reason: `matches ${wanted} again` };
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

/** FNV-1a over the text, so that the same work picks the same Destination again: Kratix picks at random. */
function stableIndex(text: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return count === 0 ? 0 : (hash >>> 0) % count;
}
