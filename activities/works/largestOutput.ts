import { Failure } from '../../src/domain/failure.js';
import type { SnapshotFile } from '../artifacts/snapshot.js';

/**
 * A commit holds a pipeline's documents in memory, about five times their size: a quarter of a worker's 1 GiB, which
 * others share. Nobody comes with more, for Kratix's Works end at the 1.5 MB that etcd takes.
 */
const largestOutput = 50_000_000;

/** Refuses what could end the worker again and again, by what the files' list says: they are not read. */
export function refuseLargeOutput(pipeline: string, files: readonly SnapshotFile[]): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= largestOutput) return;
  const message = `pipeline "${pipeline}": /kratix/output has ${bytes} bytes; expected at most ${largestOutput}`;
  throw new Failure('OutputRefused', message, false);
}
