import { createHash } from 'node:crypto';

/** A name of Kubernetes ends at 63 characters; these leave room for the hyphen and the suffix (reference, section 0.6). */
const longestStem = 57;
const keptStem = 56;
const suffixLength = 5;

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Kratix's shape of a generated name; where Kratix takes a random suffix, ours follows from `seed`. */
export function objectName(stem: string, seed: string): string {
  const kept = stem.length > longestStem ? stem.slice(0, keptStem) : stem;
  return `${kept.replace(/[^A-Za-z0-9]+$/, '')}-${md5(seed).slice(0, suffixLength)}`;
}

/** GenerateDeterministicObjectName: the suffix tells the full name. */
export function deterministicName(name: string): string {
  return objectName(name, name);
}
