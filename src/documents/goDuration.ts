import { longestDurationMillis } from '../domain/longestDuration.js';

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** 24 days: a timer of Node's holds 2^31 ms and ends at once when it is asked for more. */
export const longestTimerHours = 576;
export const longestTimerMillis = longestTimerHours * 3_600_000;

const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * A duration as Go writes it (`30m`, `1h30m`, `1.5s`) in milliseconds; undefined for anything else, days and what is
 * too long for Go among it.
 */
export function goDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!whole.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(part)) sum += Number(amount) * (milliseconds[unit] ?? 0);
  if (sum > longestDurationMillis) return undefined;
  return text.startsWith('-') ? -sum : sum;
}
