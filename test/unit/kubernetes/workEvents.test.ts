import { expect, test } from '@jest/globals';
import { placementEvents, workEvents } from '../../../activities/kubernetes/projection/workEvents.js';
import { placementStatus } from '../../../activities/kubernetes/projection/workPlacementObject.js';
import { workStatus } from '../../../activities/kubernetes/projection/workObject.js';
import type { Work, WorkPlacement } from '../../../src/domain/work.js';

const store = { kind: 'GitStateStore', name: 'main' } as const;
const layout = { mode: 'nestedByMetadata', directory: 'worker/resources' } as const;
const group = { id: '5058f1af', directory: '.', selectors: [], snapshot: 's1', files: 1, bytes: 10 };
const placement: WorkPlacement = {
  ...{ name: 'thing.worker-5058f', group: group.id, destination: 'worker', store, layout },
  ...{ reason: 'matches', misplaced: false },
};
const written = { ...placement, written: { snapshot: 's1', revision: 'abc', store, layout } };
const work = (...placements: WorkPlacement[]): Work => ({
  ...{ kind: 'resource', name: 'thing', promise: 'thing', groups: [group], placements },
});
const owner = { metadata: { name: 'thing', uid: 'u' } };
const statusOf = (each: WorkPlacement) => placementStatus({ work: work(each), placement: each, owner });
const told = (before: unknown, each: WorkPlacement) =>
  placementEvents(each, before, statusOf(each)).map(({ reporter, type, reason, note }) => [
    reporter,
    type,
    reason,
    note,
  ]);

test('a placement is told of when it is written, and again when another version is', () => {
  const message = 'successfully written to Destination: worker with versionID: abc';
  const event = ['WorkPlacementController', 'Normal', 'WorkloadsWrittenToStateStore', message];
  expect(told(statusOf(placement), written)).toEqual([event]);
  expect(told(statusOf(written), written)).toEqual([]);
  const newer = { ...written, written: { ...written.written, revision: 'def' } };
  expect(told(statusOf(written), newer)).toEqual([
    [...event.slice(0, 3), 'successfully written to Destination: worker with versionID: def'],
  ]);
});

test('a placement that cannot be written says why, once for each reason', () => {
  const refused = { ...placement, refusal: 'no route' };
  const note = 'error writing to destination; check kubectl get destination for more info: no route';
  expect(told(statusOf(placement), refused)).toEqual([
    ['WorkPlacementController', 'Warning', 'FailedWriteToDestination', note],
  ]);
  expect(told(statusOf(refused), refused)).toEqual([]);
  expect(told(statusOf(refused), { ...refused, refusal: 'no space' })).toHaveLength(1);
});

test('a placement whose Destination no longer matches is told of by the scheduler', () => {
  const misplaced = { ...written, misplaced: true };
  expect(told(statusOf(written), misplaced)).toEqual([
    [
      ...['Scheduler', 'Warning', 'DestinationSelectorMismatch'],
      'labels for destination: worker no longer match the expected labels, marking this workplacement as misplaced',
    ],
  ]);
});

test('a Work is told of when it waits for a Destination, and when it has one', () => {
  const events = (before: unknown, now: Work) => workEvents(now, before, workStatus(now).conditions);
  expect(events(undefined, work())).toEqual([
    expect.objectContaining({
      ...{ reporter: 'Scheduler', type: 'Normal', reason: 'NoMatchingDestination' },
      note: 'waiting for a destination with labels for workloadGroup: 5058f1af',
    }),
  ]);
  const waiting = { conditions: workStatus(work()).conditions };
  expect(events(waiting, work())).toEqual([]);
  expect(events(waiting, work(placement))).toEqual([
    expect.objectContaining({ reporter: 'Scheduler', reason: 'AllWorkplacementsScheduled' }),
  ]);
  const failing = work({ ...placement, refusal: 'no route' });
  expect(events({ conditions: workStatus(work(placement)).conditions }, failing)).toEqual([
    expect.objectContaining({ reporter: 'WorkController', type: 'Warning', reason: 'WorkplacementsFailing' }),
  ]);
});
