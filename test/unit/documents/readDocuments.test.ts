import { describe, expect, test } from '@jest/globals';
import { documentName } from '../../../src/documents/documentName.js';
import { largestText, readDocuments } from '../../../src/documents/readDocuments.js';
import { lines } from './fixtures.js';

describe('what is read', () => {
  test.each<[string, string, [string, unknown][]]>([
    ['nothing', '', []],
    ['a comment', '# nothing\n', []],
    ['one YAML document', 'a: 1\n', [['f', { a: 1 }]]],
    ['one after a separator', '---\na: 1\n---\n', [['f', { a: 1 }]]],
    [
      'several',
      'a: 1\n---\n---\nb: 2\n',
      [
        ['f#1', { a: 1 }],
        ['f#2', { b: 2 }],
      ],
    ],
    ['JSON', '{"a": {"b": [true, null]}}', [['f', { a: { b: [true, null] } }]]],
    [
      'a List',
      '{"apiVersion":"v1","kind":"List","items":[{"a":1},{"b":2}]}',
      [
        ['f#1', { a: 1 }],
        ['f#2', { b: 2 }],
      ],
    ],
    ['a List of one', 'apiVersion: v1\nkind: List\nitems:\n- a: 1\n', [['f', { a: 1 }]]],
    [
      "scalars as Kubernetes' reader has them",
      'a: yes\nb: 2020-01-01\nc: 0400\nd: 089\ne: -010\nf: "0400"\ng: 12:30\nh: 0o17\n',
      [['f', { a: true, b: '2020-01-01', c: 256, d: 89, e: -8, f: '0400', g: '12:30', h: 15 }]],
    ],
    [
      'aliases and merge keys',
      'a: &x {p: 1}\nb: *x\nc:\n  <<: *x\n  q: 2\n',
      [['f', { a: { p: 1 }, b: { p: 1 }, c: { p: 1, q: 2 } }]],
    ],
  ])('%s', (_what, text, expected) => {
    const { documents, problems } = readDocuments(text, 'f');
    expect(problems).toEqual([]);
    expect(documents.map(({ source, value }) => [source, value])).toEqual(expected);
  });

  test('aliases become copies', () => {
    const value = readDocuments('a: &x {p: 1}\nb: *x\n', 'f').documents[0]?.value;
    expect(value?.['a']).not.toBe(value?.['b']);
  });
});

/** Nine levels of nine aliases each: 387 million entries out of a few hundred bytes. */
const bomb = Array.from({ length: 9 }, (_, level) => {
  const entries = Array(9).fill(level === 0 ? 'lol' : `*a${level - 1}`);
  return `a${level}: &a${level} [${entries.join(', ')}]`;
}).join('\n');

describe('what is refused', () => {
  test.each<[string, string, string]>([
    ['no YAML', 'a: [\n', 'expected YAML or JSON: deficient indentation (line 2, column 1)'],
    [
      'broken JSON',
      '{"a": 1,, }',
      "expected YAML or JSON: expected the node content, but found ',' (line 1, column 9)",
    ],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'expected YAML or JSON: duplicated mapping key (line 3, column 1)'],
    [
      'a tag',
      'a: !!binary aGk=\n',
      'expected YAML or JSON: unknown scalar tag !<tag:yaml.org,2002:binary> (line 1, column 4)',
    ],
    ['text', 'hello\n', 'expected an object, found "hello"'],
    ['a list', '- a\n- b\n', 'expected an object, found a list of 2'],
    ['too much', `a: ${'x'.repeat(largestText)}`, 'expected at most 1500000 bytes, found 1500003'],
    ['an alias bomb', bomb, 'expected at most 1500000 characters after its aliases are written out, found more'],
    ['a cycle', 'a: &a [*a]\n', 'expected at most 1500000 characters after its aliases are written out, found more'],
    ['infinity', 'a: .inf\n', 'expected finite numbers, found Infinity'],
    ['a prototype', '{"__proto__": {"a": 1}}', 'expected ordinary keys, found "__proto__"'],
  ])('%s', (_what, text, expected) => {
    const { documents, problems } = readDocuments(text, 'f');
    expect(documents).toEqual([]);
    expect(lines(problems)).toEqual([expected]);
  });

  test('one bad document of several leaves the others', () => {
    const { documents, problems } = readDocuments('a: 1\n---\ntext\n---\nb: 2\n', 'f');
    expect(documents.map(({ source }) => source)).toEqual(['f#1', 'f#3']);
    expect(problems.map(({ document }) => document)).toEqual(['f#2']);
  });
});

test.each<[unknown, string]>([
  [{ kind: 'Promise', metadata: { name: 'jenkins' } }, 'f: Promise jenkins'],
  [{ kind: 'jenkins', metadata: { name: 'a', namespace: 'b' } }, 'f: jenkins b/a'],
  [{ kind: 'Promise' }, 'f: Promise'],
  [{ metadata: { name: 3 } }, 'f'],
  ['text', 'f'],
])('the name of %j', (value, expected) => {
  expect(documentName(value, 'f')).toBe(expected);
});
