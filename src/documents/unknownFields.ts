import type { Problem } from '../domain/problem.js';
import { shorten } from './describeValue.js';
import { fieldPath } from './fieldPath.js';

/**
 * Fields that are passed over, as Kratix does with what a pipeline writes (reference, sections 2.8 and 2.11); one of them
 * may be a typing mistake.
 * @param path of the object in its document
 */
export function unknownFields(
  document: string,
  known: object,
  value: object,
  path: readonly (string | number)[] = [],
): Problem[] {
  const expected = Object.keys(known).join(', ');
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(known, key));
  return unknown.map(shorten).map((key) => ({
    document,
    field: fieldPath([...path, key]),
    message: `unknown field ${JSON.stringify(key)} is passed over, expected one of ${expected}`,
  }));
}
