import type { Work, WorkPlacement } from '../../../src/domain/work.js';
import { unplacedGroups } from '../../../src/domain/work.js';
import { toRecord } from '../../../src/documents/toRecord.js';
import type { NewCondition } from './statusConditions.js';
import { conditionOf } from './statusConditions.js';
import type { ObjectEvent } from './statusEvents.js';
import { hasChanged, normal, warning } from './statusEvents.js';

/** Who reports it, by Kratix's name for the part of it that does (reference, section 0.7). */
type Reporter = 'Scheduler' | 'WorkController' | 'WorkPlacementController';

export interface ReportedEvent extends ObjectEvent {
  readonly reporter: Reporter;
}

/** What happened to a Work since it showed `before` (reference, section 1.5): told once, and not with every pass. */
export function workEvents(work: Work, before: unknown, after: readonly NewCondition[]): ReportedEvent[] {
  const scheduled = news(before, after, 'ScheduleSucceeded');
  switch (scheduled?.reason) {
    case 'AllWorkplacementsScheduled':
      return [by('Scheduler', normal(scheduled.reason, scheduled.message))];
    case 'UnscheduledWorkloads':
      return unplacedGroups(work).map((group) => {
        return by(
          'Scheduler',
          normal('NoMatchingDestination', `waiting for a destination with labels for workloadGroup: ${group}`),
        );
      });
    case 'DestinationSelectorMismatch':
      return [by('Scheduler', warning(scheduled.reason, scheduled.message))];
    case 'WorkplacementsFailing':
      return [by('WorkController', warning(scheduled.reason, scheduled.message))];
    default:
      return [];
  }
}

/** What happened to a WorkPlacement since it showed `before` (reference, section 1.6). */
export function placementEvents(
  { destination }: WorkPlacement,
  before: unknown,
  after: { readonly versionID?: string; readonly conditions: readonly NewCondition[] },
): ReportedEvent[] {
  const { versionID, conditions } = after;
  const events: ReportedEvent[] = [];
  const scheduled = news(before, conditions, 'ScheduleSucceeded');
  if (scheduled?.status === 'False') {
    const note = `labels for destination: ${destination} no longer match the expected labels, marking this workplacement as misplaced`;
    events.push(by('Scheduler', warning(scheduled.reason, note)));
  }
  const written = conditions.find(({ type }) => type === 'WriteSucceeded');
  const isNews = news(before, conditions, 'WriteSucceeded') !== undefined;
  if (written?.status === 'True' && (isNews || toRecord(before)?.['versionID'] !== versionID)) {
    const version = versionID === undefined ? '' : ` with versionID: ${versionID}`;
    const note = `successfully written to Destination: ${destination}${version}`;
    events.push(by('WorkPlacementController', normal(written.reason, note)));
  }
  if (written?.status === 'False' && isNews) {
    const note = `error writing to destination; check kubectl get destination for more info: ${written.message}`;
    events.push(by('WorkPlacementController', warning('FailedWriteToDestination', note)));
  }
  return events;
}

/** The condition, when it says something else than before. */
function news(before: unknown, after: readonly NewCondition[], type: string): NewCondition | undefined {
  return after.find((condition) => condition.type === type && hasChanged(conditionOf(before, type), condition));
}

function by(reporter: Reporter, event: ObjectEvent): ReportedEvent {
  return { reporter, ...event };
}
