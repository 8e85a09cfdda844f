import { describe, expect, test } from '@jest/globals';
import { goDuration } from '../../../src/documents/goDuration.js';
import { readSelectorsFile } from '../../../src/documents/selectorsFile.js';
import { readStatusFile } from '../../../src/documents/statusFile.js';
import { readWorkflowControl } from '../../../src/documents/workflowControl.js';
import { problemsOf, remarksOf, valueOf } from './fixtures.js';

describe('destination-selectors.yaml', () => {
  test('directories are cleaned, scalars become text', () => {
    const text = `
- matchLabels: { environment: dev, pci: true, tier: 1 }
- directory: foo/
  matchLabels: { zone: a }
- directory: ./bar
  matchExpressions: [{ key: zone, operator: Exists }]
`;
    expect(valueOf(readSelectorsFile(text))).toEqual([
      { directory: '.', matchLabels: { environment: 'dev', pci: 'true', tier: '1' } },
      { directory: 'foo', matchLabels: { zone: 'a' } },
      { directory: 'bar', matchLabels: {}, matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
    ]);
  });

  test.each(['', '[]', '# nothing', '[{"matchLabels":{"a":"b"}}]'])('%j is fine', (text) => {
    expect(readSelectorsFile(text).ok).toBe(true);
  });

  const invalid = 'invalid destination-selectors.yaml:';
  test.each<[string, string]>([
    ['- matchLabels: {a: b}\n- directory: x\n', `${invalid} entry with index 1 has no selectors`],
    ['- directory: x\n  matchLabels: {}\n', `${invalid} entry with index 0 has no selectors`],
    [
      '- directory: foo/\n  matchLabels: {a: b}\n- directory: foo\n  matchLabels: {a: b}\n',
      'duplicate entries in destination-selectors.yaml: foo',
    ],
    [
      '- matchLabels: {a: b}\n- directory: ""\n  matchLabels: {a: b}\n',
      'duplicate entries in destination-selectors.yaml: .',
    ],
    [
      '- directory: foo/bar\n  matchLabels: {a: b}\n',
      'invalid directory in destination-selectors.yaml: foo/bar, sub-directories are not allowed',
    ],
    [
      '- directory: /foo\n  matchLabels: {a: b}\n',
      'invalid directory in destination-selectors.yaml: /foo, sub-directories are not allowed',
    ],
    [
      '- directory: foo/../..\n  matchLabels: {a: b}\n',
      'invalid directory in destination-selectors.yaml: .., sub-directories are not allowed',
    ],
    ['a: b\n', `${invalid} expected a list, found an object with a`],
    ['- a: [\n', `${invalid} expected YAML or JSON: deficient indentation (line 2, column 1)`],
    ['- matchLabels: {a: [b]}\n', `${invalid} [0].matchLabels.a: expected a string, found a list of 1`],
    ['- matchLabels: {a: b}\n---\n- matchLabels: {a: b}\n', `${invalid} expected one document, found 2`],
  ])('%j', (text, expected) => {
    expect(problemsOf(readSelectorsFile(text))).toEqual([expected]);
  });
});

describe('status.yaml', () => {
  test('any fields, or none', () => {
    expect(valueOf(readStatusFile('message: up\nurl: https://x\nconditions: []\n'))).toEqual({
      message: 'up',
      url: 'https://x',
      conditions: [],
    });
    expect(valueOf(readStatusFile(''))).toEqual({});
  });

  test.each<[string, string]>([
    [
      'kratix: {}\n',
      "kratix: 'kratix' is a kratix managed status field that cannot be updated via workflows; remove update to 'kratix' from the '/kratix/metadata/status.yaml' file",
    ],
    ['- a\n', 'expected an object, found a list of 1'],
    ['a: 1\n---\nb: 1\n', 'expected one document, found 2'],
  ])('%j', (text, expected) => {
    expect(problemsOf(readStatusFile(text))).toEqual([expected]);
  });
});

describe('workflow-control.yaml', () => {
  test.each<[string, unknown]>([
    ['', { action: 'continue' }],
    ['suspend: false\nmessage: x\n', { action: 'continue' }],
    ['suspend: true\nmessage: wait\n', { action: 'suspend', message: 'wait' }],
    ['retryAfter: 1m30s\n', { action: 'retry', message: '', afterMilliseconds: 90_000 }],
    ['suspend: true\nretryAfter: 5s\nmessage: m\n', { action: 'retry', message: 'm', afterMilliseconds: 5000 }],
  ])('%j', (text, expected) => {
    expect(valueOf(readWorkflowControl(text))).toEqual(expected);
  });

  test.each<[string, string]>([
    [
      'retryAfter: 1d\n',
      'retryAfter: expected a duration such as 30s, 5m or 1h30m (no days), at most 2562047h47m16s, found "1d"',
    ],
    [
      'retryAfter: 2562048h\n',
      'retryAfter: expected a duration such as 30s, 5m or 1h30m (no days), at most 2562047h47m16s, found "2562048h"',
    ],
    ['retryAfter: 30\n', 'retryAfter: expected a string, found the number 30'],
    ['suspend: "yes"\n', 'suspend: expected a boolean, found "yes"'],
  ])('%j', (text, expected) => {
    expect(problemsOf(readWorkflowControl(text))).toEqual([expected]);
  });
});

test('unknown fields are passed over, and named', () => {
  const control = readWorkflowControl('supend: true\nmessage: m\n');
  expect([valueOf(control), remarksOf(control)]).toEqual([
    { action: 'continue' },
    ['supend: unknown field "supend" is passed over, expected one of suspend, message, retryAfter'],
  ]);
  const selectors = readSelectorsFile('- matchLabels: {a: b}\n- dir: x\n  directory: zoned\n  matchLabels: {a: b}\n');
  expect(valueOf(selectors).map(({ directory }) => directory)).toEqual(['.', 'zoned']);
  expect(remarksOf(selectors)).toEqual([
    '[1].dir: unknown field "dir" is passed over, expected one of directory, matchLabels, matchExpressions',
  ]);
});

test.each<[string, number | undefined]>([
  ['0', 0],
  ['30m', 1_800_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['-2s', -2000],
  ['250ms', 250],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['1000000ns', 1],
  ['.5h', 1_800_000],
  ['2562047h47m16s', 9_223_372_036_000],
  ['2562047h47m17s', undefined],
  ['-2562048h', undefined],
  [`${'9'.repeat(400)}h`, undefined],
  ['', undefined],
  ['5', undefined],
  ['1d', undefined],
  ['1 h', undefined],
  ['h', undefined],
  ['1h ', undefined],
])('the duration %j', (text, expected) => {
  const milliseconds = goDuration(text);
  if (expected === undefined) expect(milliseconds).toBeUndefined();
  else expect(milliseconds).toBeCloseTo(expected, 9);
});
