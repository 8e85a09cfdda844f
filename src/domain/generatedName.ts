/** A name of Kubernetes ends at 63 characters; these leave room for the hyphen and the suffix (reference, section 0.6). */
const longestStem = 57;
const keptStem = 56;

/** Kratix's shape of a generated name: what it is of, shortened, and five digits. */
export function generatedName(stem: string, suffix: string): string {
  const kept = stem.length > longestStem ? stem.slice(0, keptStem) : stem;
  return `${kept.replace(/[^A-Za-z0-9]+$/, '')}-${suffix}`;
}
