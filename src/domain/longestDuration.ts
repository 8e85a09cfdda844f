/** Go counts durations in nanoseconds and 64 bits: what Kratix would refuse as too long is no duration here either. */
export const longestDuration = '2562047h47m16s';
export const longestDurationMillis = 2 ** 63 / 1e6;
