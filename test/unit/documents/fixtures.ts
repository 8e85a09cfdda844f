import { readFileSync } from 'node:fs';
import type { Checked, Problem } from '../../../src/domain/problem.js';
import { readDocuments } from '../../../src/documents/readDocuments.js';

/** The Jenkins Promise of Kratix's tutorial, as a fresh object that a test may change. */
export function jenkinsPromise(): Record<string, unknown> {
  const text = readFileSync(new URL('../../fixtures/documents/jenkins-promise.yaml', import.meta.url), 'utf8');
  const [first] = readDocuments(text, 'promise.yaml').documents;
  if (first === undefined) throw new Error('the fixture has no document');
  return first.value;
}

/** The same object with one field set; undefined removes it. */
export function withField(document: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(document)) {
    const list: unknown[] = Array.from<unknown>(document);
    list[Number(step)] = withField(list[Number(step)], rest, value);
    return list;
  }
  const record = new Map(Object.entries(document ?? {}));
  record.set(String(step), withField(record.get(String(step)), rest, value));
  if (record.get(String(step)) === undefined) record.delete(String(step));
  return Object.fromEntries(record);
}

export function valueOf<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems, null, 2));
  return checked.value;
}

/** `field: message` of every problem; none when it was accepted. */
export function problemsOf(checked: Checked<unknown>): string[] {
  return checked.ok ? [] : lines(checked.problems);
}

/** `field: message` of what is said although it was accepted. */
export function remarksOf(checked: Checked<unknown>): string[] {
  return checked.ok ? lines(checked.remarks ?? []) : [];
}

export function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
}
