import { z } from 'zod';
import type { Checked, Problem } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { describeValue, nameType } from './describeValue.js';
import { fieldPath, valueAt } from './fieldPath.js';

type Issue = z.core.$ZodIssue;

/** Checks a value with a zod schema and says every mismatch as `expected …, found …`. */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown, document: string): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return accepted(result.data);
  return refused(...result.error.issues.flatMap((issue) => problems(issue, value, document)));
}

function problems(issue: Issue, root: unknown, document: string): Problem[] {
  const found = describeValue(valueAt(root, issue.path));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      document,
      field: fieldPath([...issue.path, key]),
      message: `unknown field ${JSON.stringify(key)}, ${issue.message}`,
    }));
  }
  const expected = expectation(issue);
  const message = expected === undefined ? issue.message : `expected ${expected}, found ${found}`;
  return [{ document, field: fieldPath(issue.path), message }];
}

/** Undefined when the issue's own message says it all. */
function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return nameType(issue.expected);
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin, Number(issue.maximum))}`;
    case 'invalid_union':
      return issue.errors.map((branch) => branch.map(expectation).join(' and ')).join(' or ');
    case 'custom':
      return typeof issue.params?.['expected'] === 'string' ? issue.params['expected'] : undefined;
    default:
      return undefined;
  }
}

/** `"Promise"`, `one of none, all` */
export function oneOf(values: readonly string[]): string {
  const [only = ''] = values;
  return values.length === 1 ? JSON.stringify(only) : `one of ${values.join(', ')}`;
}

function unit(origin: string, count: number): string {
  if (origin === 'array') return count === 1 ? ' entry' : ' entries';
  if (origin === 'string') return count === 1 ? ' character' : ' characters';
  return '';
}
