import { z } from 'zod';
import { goDuration } from './goDuration.js';

/** Smallest interval Kratix allows: anything below keeps a platform busy with nothing (reference, section 0.2). */
const shortestInterval = 60_000;

/** Kratix's sentence on a reconciliation interval it refuses (reference, section 1.1, rules 1 and 8). */
export function intervalFault(interval: string): string | undefined {
  const milliseconds = goDuration(interval);
  if (milliseconds === undefined) return `Invalid value: "${interval}": must be a valid duration`;
  return milliseconds < shortestInterval ? `Invalid value: "${interval}": must be at least 1m0s` : undefined;
}

/** A reconciliation interval: a Go duration of at least one minute. */
export const Interval = z.string().superRefine((interval, context) => {
  const message = intervalFault(interval);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
