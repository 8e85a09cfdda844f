import { Failure } from '../../src/domain/failure.js';
import type { SecretReference } from '../../src/domain/stateStore.js';

export type SecretValues = Readonly<Record<string, string>>;

/** One value of a Secret, in Kratix's words when it is missing (reference, section 6.2). */
export function secretValue(reference: SecretReference, values: SecretValues, key: string): string {
  const value = values[key];
  if (value === undefined || value === '') {
    throw new Failure('SecretInvalid', `${key} not found in secret ${reference.namespace}/${reference.name}`, false);
  }
  return value;
}

/** A value of one line. `echo … | base64` and editors leave a line end behind, and no server says that it is why. */
export function secretLine(reference: SecretReference, values: SecretValues, key: string): string {
  const value = secretValue(reference, values, key);
  if (value === value.trim()) return value;
  const where = /\s$/.test(value) ? 'ends' : 'begins';
  const what = /\n$/.test(value) ? 'a newline' : 'whitespace';
  const secret = `${reference.namespace}/${reference.name}`;
  throw new Failure('SecretInvalid', `${key} in secret ${secret} ${where} with ${what}; remove it`, false);
}
