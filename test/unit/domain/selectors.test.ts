import { describe, expect, test } from '@jest/globals';
import { describeSelector, isEmptySelector, matches } from '../../../src/domain/labels.js';
import { resolveSelectors } from '../../../src/domain/selectors.js';

describe('many selectors are one', () => {
  test('the union of labels; on equal keys the Promise wins over its pipelines, and they over those of a resource', () => {
    expect(
      resolveSelectors([
        { source: 'resource-workflow', matchLabels: { key: 'resource', own: 'resource' } },
        { source: 'promise-workflow', matchLabels: { key: 'pipeline', zone: 'pipeline' } },
        { source: 'promise', matchLabels: { key: 'promise' } },
      ]),
    ).toEqual({ matchLabels: { key: 'promise', zone: 'pipeline', own: 'resource' } });
  });

  test('inside one source the earlier entry wins', () => {
    const selectors = ['first', 'second'].map((key) => ({ source: 'promise' as const, matchLabels: { key } }));
    expect(resolveSelectors(selectors)).toEqual({ matchLabels: { key: 'first' } });
  });

  test('every expression is required', () => {
    const expression = (key: string) => ({ key, operator: 'Exists' as const });
    const resolved = resolveSelectors([
      { source: 'promise', matchExpressions: [expression('a')] },
      { source: 'resource-workflow', matchExpressions: [expression('b')] },
    ]);
    expect(resolved.matchExpressions).toEqual([expression('a'), expression('b')]);
    expect(matches(resolved, { a: '1' })).toBe(false);
    expect(matches(resolved, { a: '1', b: '' })).toBe(true);
  });
});

describe('expressions', () => {
  const labels = { zone: 'a', empty: '' };
  test.each([
    ['zone', 'In', ['a', 'b'], true],
    ['zone', 'In', ['b'], false],
    ['missing', 'In', ['a'], false],
    ['zone', 'NotIn', ['a'], false],
    ['zone', 'NotIn', ['b'], true],
    ['missing', 'NotIn', ['a'], true],
    ['empty', 'Exists', undefined, true],
    ['missing', 'Exists', undefined, false],
    ['empty', 'DoesNotExist', undefined, false],
    ['missing', 'DoesNotExist', undefined, true],
  ] as const)('%s %s %j: %s', (key, operator, values, expected) => {
    const expression = values === undefined ? { key, operator } : { key, operator, values };
    expect(matches({ matchExpressions: [expression] }, labels)).toBe(expected);
  });
});

test('a selector is described as people write it', () => {
  expect(describeSelector({})).toBe('any');
  expect(isEmptySelector({ matchLabels: {}, matchExpressions: [] })).toBe(true);
  const matchExpressions = [
    { key: 'zone', operator: 'In', values: ['a', 'b'] },
    { key: 'gpu', operator: 'NotIn', values: ['none'] },
    { key: 'ssd', operator: 'Exists' },
    { key: 'old', operator: 'DoesNotExist' },
  ] as const;
  expect(describeSelector({ matchLabels: { environment: 'dev' }, matchExpressions })).toBe(
    'environment=dev, zone in (a b), gpu not in (none), ssd present, old absent',
  );
});
