import { activityInfo, metricMeter } from '@temporalio/activity';
import { promiseOf } from '../src/domain/ids.js';
import type { WriteStore } from './stores/storeChanges.js';

type Write<T> = (wish: WriteStore, signal: AbortSignal) => Promise<T>;

/**
 * Counts what placements' writes come to, for `/metrics`, under Kratix' name (reference, section 7.3). Without the names
 * of requests, which would be a series each for as long as the process runs.
 */
export function countedWrites<T>(write: Write<T>): Write<T> {
  return async (wish, signal) => {
    try {
      const written = await write(wish, signal);
      count(wish, 'success');
      return written;
    } catch (thrown) {
      // What is given up has not failed.
      if (!signal.aborted) count(wish, 'failure');
      throw thrown;
    }
  };
}

function count({ job }: WriteStore, result: 'success' | 'failure'): void {
  const writes = metricMeter.createCounter('kratix_workplacement_writes_total', 'writes', 'Writes of WorkPlacements');
  const promise = promiseOf(activityInfo().workflowExecution?.workflowId ?? '');
  for (const { destination } of job.write) writes.add(1, { result, promise, destination });
}
