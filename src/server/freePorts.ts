import { isFree } from './isFree.js';

/** Below the range from which systems give out ports by themselves: a connection of anybody's could take such a port first. */
const lowest = 20_000;
const highest = 32_000;
const attempts = 200;

/** The first of so many neighbouring ports that are free now. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // at random: tests that start together should not all want the same
    const first = lowest + count * Math.floor((Math.random() * (highest - lowest)) / count);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} neighbouring ports are free between ${lowest} and ${highest}`);
}
