import { createHash } from 'node:crypto';
import { generatedName } from '../../src/domain/generatedName.js';

const suffixLength = 5;

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Where Kratix takes a random suffix, ours follows from `seed`. */
export function objectName(stem: string, seed: string): string {
  return generatedName(stem, md5(seed).slice(0, suffixLength));
}

/** GenerateDeterministicObjectName: the suffix tells the full name. */
export function deterministicName(name: string): string {
  return objectName(name, name);
}
