import { describe, expect, test } from '@jest/globals';
import type { DestinationChange } from '../../../src/domain/affects.js';
import { affects, inDoubt } from '../../../src/domain/affects.js';
import { schedule, selects } from '../../../src/domain/schedule.js';
import type { Work } from '../../../src/domain/work.js';
import { dependencyWork, destinationOf, groupOf, placementOf, resourceWork } from './fixtures.js';

const dev = groupOf({ environment: 'dev' });
const [a, b] = [destinationOf('a', { environment: 'dev' }), destinationOf('b', { environment: 'dev' })];
const prod = destinationOf('prod', { environment: 'prod' });

function names(result: ReturnType<typeof schedule>): string[] {
  return result.placements.map((placement) => placement.destination);
}

describe('which Destinations a selector selects', () => {
  test.each([
    ['no selector, any Destination', {}, {}, {}, true],
    ['no selector, a labelled Destination', {}, { environment: 'dev' }, {}, true],
    [
      'no selector, a labelled Destination that wants strict labels',
      {},
      { environment: 'dev' },
      { strictMatchLabels: true },
      false,
    ],
    ['no selector, a bare Destination that wants strict labels', {}, {}, { strictMatchLabels: true }, true],
    ['every label matches', { environment: 'dev' }, { environment: 'dev', zone: 'a' }, {}, true],
    ['one label differs', { environment: 'dev', zone: 'b' }, { environment: 'dev', zone: 'a' }, {}, false],
    [
      'a dry-run Destination that nobody asked for',
      { environment: 'dev' },
      { environment: 'dev', 'kratix.io/dry-run': 'true' },
      {},
      false,
    ],
    [
      'a dry-run Destination that is asked for',
      { 'kratix.io/dry-run': 'true' },
      { 'kratix.io/dry-run': 'true' },
      {},
      true,
    ],
    ['a Destination that drains', { environment: 'dev' }, { environment: 'dev' }, { draining: true }, false],
  ])('%s', (_what, matchLabels, labels, changes, expected) => {
    expect(selects({ matchLabels }, destinationOf('x', labels, changes))).toBe(expected);
  });
});

describe('a resource', () => {
  test('goes to one Destination, the same one whatever order they are registered in', () => {
    const work = resourceWork([dev]);
    const chosen = names(schedule(work, [], [a, b, prod]));
    expect(chosen).toHaveLength(1);
    expect(names(schedule(work, [], [prod, b, a]))).toEqual(chosen);
  });

  test('spreads: many resources do not all choose the same', () => {
    const chosen = Array.from({ length: 50 }, (_each, index) =>
      names(schedule({ ...resourceWork([dev]), name: `work-${index}` }, [], [a, b])),
    );
    expect(new Set(chosen.flat())).toEqual(new Set(['a', 'b']));
  });

  test('stays where it is, also when another would match', () => {
    const work = resourceWork([dev]);
    expect(names(schedule(work, [placementOf(work, dev, b)], [a, b]))).toEqual(['b']);
    expect(names(schedule(work, [placementOf(work, dev, a)], [a, b]))).toEqual(['a']);
  });

  test('waits when nothing matches, and says for what', () => {
    const result = schedule(resourceWork([dev]), [], [prod]);
    expect(result).toEqual({
      placements: [],
      unscheduled: [{ work: 'jenkins-example-configure', directory: '.', waitsFor: 'environment=dev' }],
    });
  });

  test('is placed anew when its Destination is gone', () => {
    const work = resourceWork([dev]);
    expect(names(schedule(work, [placementOf(work, dev, a)], [b]))).toEqual(['b']);
  });

  test('each of its groups is placed by itself', () => {
    const pci = groupOf({ zone: 'pci' }, { id: 'f00d5', directory: 'pci' });
    const vault = destinationOf('vault', { zone: 'pci' });
    expect(names(schedule(resourceWork([pci, dev]), [], [a, vault]))).toEqual(['vault', 'a']);
    const partly = schedule(resourceWork([pci, dev]), [], [a]);
    expect([names(partly), partly.unscheduled.map((each) => each.directory)]).toEqual([['a'], ['pci']]);
  });
});

describe('dependencies', () => {
  test('go to every match; a new match is added to those that have them', () => {
    const work = dependencyWork([dev]);
    const first = schedule(work, [], [a, prod]);
    expect(names(first)).toEqual(['a']);
    expect(names(schedule(work, first.placements, [a, b, prod]))).toEqual(['a', 'b']);
  });

  test('a Destination that is gone is dropped, without a replacement', () => {
    const work = dependencyWork([dev]);
    expect(names(schedule(work, [placementOf(work, dev, a), placementOf(work, dev, b)], [b]))).toEqual(['b']);
  });
});

describe('a placement that no longer fits', () => {
  const relabelled = destinationOf('a', { environment: 'test' });
  const work = resourceWork([dev]);
  const written = placementOf(work, dev, a, 'snapshot-1');

  test('is kept, called misplaced, and remembers what is written', () => {
    const [placement] = schedule(work, [written], [relabelled, b]).placements;
    expect(placement).toMatchObject({
      destination: 'a',
      misplaced: true,
      written: written.written,
      reason: 'misplaced: its labels no longer match environment=dev; kept',
    });
  });

  test('is in place again when the labels are', () => {
    const [placement] = schedule(work, [{ ...written, misplaced: true }], [a]).placements;
    expect(placement).toMatchObject({ misplaced: false, reason: 'matches environment=dev again' });
  });

  test('goes when the Promise says so', () => {
    expect(names(schedule({ ...work, onUnschedule: 'delete' }, [written], [relabelled, b]))).toEqual(['b']);
    const nowhere = schedule({ ...work, onUnschedule: 'delete' }, [written], [relabelled]);
    expect([nowhere.placements, nowhere.unscheduled.length]).toEqual([[], 1]);
  });

  test('leaves a Destination that drains when there is another; a resource stays while there is none', () => {
    const draining = { ...a, draining: true };
    expect(names(schedule(work, [written], [draining, b]))).toEqual(['b']);
    const [stays] = schedule(work, [written], [draining]).placements;
    expect(stays).toMatchObject({
      destination: 'a',
      reason: 'misplaced: it is drained, but nothing else matches environment=dev; kept',
    });
    const dependencies = dependencyWork([dev]);
    expect(names(schedule(dependencies, [placementOf(dependencies, dev, a)], [draining]))).toEqual([]);
  });

  test('moves with its Destination: the same placement, another store or path', () => {
    const moved = { ...a, path: 'elsewhere', stateStore: { kind: 'GitStateStore', name: 'main' } as const };
    const [placement] = schedule(work, [written], [moved]).placements;
    expect(placement).toMatchObject({
      name: written.name,
      store: moved.stateStore,
      layout: { directory: 'elsewhere/resources/default/jenkins/example/configure/5058f' },
      written: written.written,
    });
  });
});

describe('whether a changed Destination matters to a work', () => {
  const work = resourceWork([dev]);
  const placed = { ...work, placements: [placementOf(work, dev, a)] };
  const written = { ...work, placements: [placementOf(work, dev, a, dev.snapshot)] };
  const refused = { ...work, placements: written.placements.map((placement) => ({ ...placement, refusal: 'no' })) };
  const dependencies = dependencyWork([dev], [placementOf(dependencyWork([dev]), dev, a)]);

  test.each<readonly [string, DestinationChange, Work, boolean]>([
    ['one that holds a placement changes', { name: 'a', after: prod }, placed, true],
    ['one that holds a placement goes', { name: 'a' }, placed, true],
    ['another match appears and the resource has its place', { name: 'b', after: b }, placed, false],
    ['a match appears and the resource waits', { name: 'b', after: b }, work, true],
    ['a match appears for dependencies', { name: 'b', after: b }, dependencies, true],
    ['one that does not match appears', { name: 'prod', after: prod }, work, false],
    ['one that held nothing goes', { name: 'b' }, placed, false],
    ['one whose documents are written has its store back', { name: 'a', after: a, answers: true }, written, false],
    ['one whose documents are not written has its store back', { name: 'a', after: a, answers: true }, placed, true],
    ['one whose documents were refused has its store back', { name: 'a', after: a, answers: true }, refused, true],
    ['one that a resource waits for has its store back', { name: 'a', after: a, answers: true }, work, true],
  ])('%s', (_what, change, subject, expected) => {
    expect(affects(change, subject)).toBe(expected);
  });
});

test('what is written on a Destination that comes anew is in doubt, and on one that only changes it is not', () => {
  const work = resourceWork([dev], [placementOf(resourceWork([dev]), dev, a, 'snapshot-1')]);
  const [placement] = work.placements;
  expect(inDoubt([{ name: 'a', after: a, anew: true }], [work])).toEqual([
    { ...placement?.written, name: placement?.name, destination: 'a' },
  ]);
  expect(inDoubt([{ name: 'a', after: a }, { name: 'b', after: b, anew: true }, { name: 'a' }], [work])).toEqual([]);
  const unwritten = resourceWork([dev], [placementOf(resourceWork([dev]), dev, a)]);
  expect(inDoubt([{ name: 'a', after: a, anew: true }], [unwritten])).toEqual([]);
});
