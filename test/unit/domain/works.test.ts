import { describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../src/domain/destination.js';
import type { ObsoletePlacement } from '../../../src/domain/obsolete.js';
import { obsoletePlacements, unwantedLeftovers } from '../../../src/domain/obsolete.js';
import { holderOf } from '../../../src/domain/registry.js';
import {
  beginJob,
  destinationsOf,
  endJob,
  markWritten,
  movesLast,
  replaceWork,
  storeJobs,
} from '../../../src/domain/works.js';
import { isWritten } from '../../../src/domain/work.js';
import { destinationOf, groupOf, placementOf, resourceWork } from './fixtures.js';

const group = groupOf({});
const west = destinationOf('west', {});
const git = destinationOf('git', {}, { stateStore: { kind: 'GitStateStore', name: 'main' } });
const bare = resourceWork([group]);
const placed = (snapshot?: string, destination = west) =>
  resourceWork([group], [placementOf(bare, group, destination, snapshot)]);

describe('what a store has to do', () => {
  test('only what it does not hold yet, in one job for each store', () => {
    expect(storeJobs([placed('snapshot-1')], [])).toEqual([]);
    const [job, ...more] = storeJobs([placed('older')], []);
    expect([job?.write.map((write) => write.snapshot), more]).toEqual([['snapshot-1'], []]);
    const jobs = storeJobs([placed(), placed(undefined, git)], []);
    expect(jobs.map((each) => each.store.name)).toEqual(['default', 'main']);
  });

  test('a placement that moved is written at its new place', () => {
    const [placement] = placed('snapshot-1').placements;
    const moved = {
      ...bare,
      placements: placement === undefined ? [] : [{ ...placement, layout: { ...placement.layout, directory: 'new' } }],
    };
    expect(storeJobs([moved], [])[0]?.write.map((write) => write.layout.directory)).toEqual(['new']);
  });

  test('a repair compares what is written as well, in the store that it is about', () => {
    expect(storeJobs([placed('snapshot-1')], [], {})).toMatchObject([
      { verify: true, write: [{ snapshot: 'snapshot-1' }] },
    ]);
    expect(storeJobs([placed('snapshot-1')], [], { store: 'GitStateStore/main' })).toEqual([]);
    // A newer write was given up in the middle, and may have been faster.
    const [begun] = storeJobs([placed('older')], []);
    const inDoubt = begun === undefined ? [] : beginJob([], begun);
    expect(storeJobs([placed('snapshot-1')], [], undefined, inDoubt)).toMatchObject([{ write: [{}] }]);
    expect(storeJobs([placed('snapshot-1')], [], undefined, begun && endJob(inDoubt, begun))).toEqual([]);
  });

  test('what is done is marked with its revision, and nothing is left to do', () => {
    const work = placed();
    const [job] = storeJobs([work], []);
    if (job === undefined) throw new Error('there is nothing to do');
    const [marked] = markWritten([work], job, 'r7');
    expect(marked?.placements[0]?.written).toMatchObject({ snapshot: 'snapshot-1', revision: 'r7' });
    expect(marked?.placements.every((placement) => isWritten(placement, group))).toBe(true);
    expect(storeJobs(marked === undefined ? [] : [marked], [])).toEqual([]);
  });
});

describe('what moves to another store', () => {
  const east = destinationOf('east', {}, { stateStore: { kind: 'BucketStateStore', name: 'other' } });
  const [onWest, onGit, onEast] = [west, git, east].map((destination) => placed('snapshot-1', destination));
  const obsoleteOf = (before: typeof onWest, after: typeof onWest) =>
    obsoletePlacements(before === undefined ? [] : [before], after === undefined ? [] : [after], [west, git, east]);

  test('leaves the old one when the new one has it', () => {
    const { first, then } = movesLast(storeJobs([placed(undefined, git)], obsoleteOf(onWest, onGit)));
    expect(first).toMatchObject([{ store: { name: 'main' }, write: [{}], remove: [] }]);
    expect(then).toMatchObject([{ store: { name: 'default' }, write: [], remove: [{ destination: 'west' }] }]);
  });

  test('also where the old one has something else to write', () => {
    const other = { ...placed(), name: 'other-work', pipeline: 'other' };
    const [placement] = other.placements;
    const here = {
      ...other,
      placements: placement === undefined ? [] : [{ ...placement, name: 'other-work.west-5058f' }],
    };
    const { first, then } = movesLast(storeJobs([placed(undefined, git), here], obsoleteOf(onWest, onGit)));
    expect(first.map(({ store, write, remove }) => [store.name, write.length, remove.length])).toEqual([
      ['main', 1, 0],
      ['default', 1, 0],
    ]);
    expect(then).toMatchObject([{ store: { name: 'default' }, write: [], remove: [{}] }]);
  });

  test('what goes nowhere else goes at once', () => {
    const gone = { ...obsoleteOf(onEast, undefined)[0], name: 'gone.east-5058f' } as ObsoletePlacement;
    const { first, then } = movesLast(storeJobs([placed(undefined, git)], [gone]));
    expect([first.length, then]).toEqual([2, []]);
  });
});

describe('what nobody wants any more', () => {
  test('a group, or a whole work, that is gone', () => {
    const before = placed('snapshot-1');
    expect(obsoletePlacements([before], [], [west])).toMatchObject([
      { name: before.placements[0]?.name, destination: 'west' },
    ]);
    expect(obsoletePlacements([before], [before], [west])).toEqual([]);
  });

  test('nothing that was never written, and nothing on a Destination that is gone', () => {
    expect(obsoletePlacements([placed()], [], [west])).toEqual([]);
    expect(obsoletePlacements([placed('snapshot-1')], [], [])).toEqual([]);
  });

  test('the old place of a Destination that moved', () => {
    const before = placed('snapshot-1');
    const moved = destinationOf('west', {}, { path: 'new' });
    const [obsolete] = obsoletePlacements(
      [before],
      [resourceWork([group], [placementOf(bare, group, moved)])],
      [moved],
    );
    expect(obsolete?.layout.directory).toBe('west/resources/default/jenkins/example/configure/5058f');
  });
});

describe('the place of a Destination that moved, when another has come there', () => {
  const away = destinationOf('west', {}, { stateStore: git.stateStore });
  const heir = destinationOf('heir', {}, { path: 'west' });
  const oldJob = storeJobs([placed()], [])[0];
  const begun = oldJob === undefined ? [] : beginJob([], oldJob);
  const onBoth = (layout: typeof west.layout) =>
    [away, heir].map((destination) => placementOf(bare, group, { ...destination, layout }, 'snapshot-1'));

  test('is kept for the same documents, which nested paths do not tell apart', () => {
    const after = resourceWork([group], onBoth(west.layout));
    expect(obsoletePlacements([placed('snapshot-1')], [after], [away, heir])).toEqual([]);
    expect(unwantedLeftovers(begun, [after])).toEqual([]);
  });

  test('is cleared of documents that the other does not have', () => {
    const after = placed('snapshot-1', away);
    expect(obsoletePlacements([placed('snapshot-1')], [after], [away, heir])).toMatchObject([{ destination: 'west' }]);
    expect(unwantedLeftovers(begun, [after])).toEqual(begun);
  });

  test('is cleared where files say whose they are', () => {
    const layout = { mode: 'none', filename: '' } as const;
    const before = resourceWork([group], [placementOf(bare, group, { ...west, layout }, 'snapshot-1')]);
    const after = resourceWork([group], onBoth(layout));
    expect(obsoletePlacements([before], [after], [away, heir])).toMatchObject([{ destination: 'west' }]);
  });

  test('is, where all documents are one file, the file of who is there now', () => {
    const layout = { mode: 'aggregatedYAML', filename: 'all.yaml' } as const;
    const registryOf = (...destinations: readonly Destination[]) => ({
      stores: {},
      destinations: Object.fromEntries(destinations.map((destination) => [destination.name, entryOf(destination)])),
    });
    const [left] = resourceWork([group], [placementOf(bare, group, { ...west, layout }, 'snapshot-1')]).placements;
    if (left === undefined) throw new Error('there is no placement');
    expect(holderOf(registryOf({ ...away, layout }, { ...heir, layout }), left)).toBe('heir');
    expect(holderOf(registryOf({ ...away, layout }, heir), left)).toBe('west');
    expect(holderOf(registryOf({ ...heir, layout }, { ...west, layout }), left)).toBe('west');
  });
});

function entryOf(destination: Destination) {
  const readiness = { ready: true, reason: 'DestinationReady', message: 'ready', checkedAt: '' };
  return { destination, document: 'd', readiness, deleting: false };
}

describe('leftovers: what a store may hold although no work says so', () => {
  const [job] = storeJobs([placed()], []);
  if (job === undefined) throw new Error('there is nothing to do');

  test('a write that was begun is one until it is confirmed', () => {
    const begun = beginJob([], job);
    expect(begun).toMatchObject([{ name: job.write[0]?.name, destination: 'west', store: job.store }]);
    expect(beginJob(begun, job)).toHaveLength(1);
    expect(endJob(begun, job)).toEqual([]);
  });

  test('a removal that was begun is one until it is confirmed', () => {
    const removal = { ...job, write: [], remove: obsoletePlacements([placed('snapshot-1')], [], [west]) };
    const begun = beginJob([], removal);
    expect(begun).toEqual(removal.remove);
    expect(endJob(begun, removal)).toEqual([]);
  });

  test('those that a work still wants at the same place are not removed', () => {
    const begun = beginJob([], job);
    expect(unwantedLeftovers(begun, [placed()])).toEqual([]);
    expect(unwantedLeftovers(begun, [])).toEqual(begun);
    const moved = destinationOf('west', {}, { path: 'new' });
    expect(unwantedLeftovers(begun, [resourceWork([group], [placementOf(bare, group, moved)])])).toEqual(begun);
  });
});

test('a work is replaced by name or added', () => {
  const other = { ...bare, pipeline: 'other', name: 'other' };
  expect(replaceWork([bare], other).map((work) => work.name)).toEqual([bare.name, 'other']);
  expect(replaceWork([bare, other], { ...bare, groups: [] }).map((work) => work.groups.length)).toEqual([0, 1]);
});

test('Destinations that hold documents are named once, in order', () => {
  expect(destinationsOf([placed(), placed(undefined, git), placed()])).toEqual(['git', 'west']);
});
