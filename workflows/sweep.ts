import { oneLine } from './failures.js';
import type { OperationResult } from './operation.js';
import { sweeping } from './options.js';

/** Removes artifacts that nobody needed for thirty days. A schedule starts it every day. */
export async function sweepArtifacts(): Promise<OperationResult> {
  const { needed, removed, bytes, removesFrom } = await sweeping.sweepArtifacts({}).catch((thrown: unknown) => {
    throw oneLine(thrown);
  });
  const outcome =
    removesFrom === undefined
      ? `removed ${removed} (${(bytes / 2 ** 20).toFixed(1)} MiB)`
      : `none is removed before ${removesFrom}, when this Temporal will have known for thirty days what is needed`;
  return {
    object: 'artifacts',
    phase: 'Ready',
    message: `${needed} artifact(s) may be needed; ${outcome}`,
    changed: removed > 0,
  };
}
