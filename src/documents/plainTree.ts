import { describeValue } from './describeValue.js';

/** What JSON cannot carry, or what grows beyond `limit` characters once aliases are written out. */
export function treeFault(root: unknown, limit: number): string | undefined {
  const waiting: unknown[] = [root];
  let size = 0;
  // A list of what is left instead of recursion: an alias to its own parent ends at the limit, not in a full stack.
  while (waiting.length > 0) {
    const value = waiting.pop();
    size += typeof value === 'string' ? value.length + 2 : 1;
    if (size > limit) return `expected at most ${limit} characters after its aliases are written out, found more`;
    if (typeof value === 'number' && !Number.isFinite(value)) return `expected finite numbers, found ${value}`;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__') return `expected ordinary keys, found ${describeValue(key)}`;
      size += Array.isArray(value) ? 1 : key.length + 3;
      waiting.push(child);
    }
  }
  return undefined;
}
