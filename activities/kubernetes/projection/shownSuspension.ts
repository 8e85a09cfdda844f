import type { ClusterObject } from './clusterObject.js';
import { pipelineEntries, workflowsOf } from './pipelineEntries.js';

/** The suspension that an object's status shows, as the projection wrote it. */
export function shownSuspension({ status }: ClusterObject) {
  const found = pipelineEntries(status).find(({ phase }) => phase === 'Suspended');
  if (found === undefined) return undefined;
  const attempts = found['attempts'] ?? 0;
  return { pipeline: found['name'], attempts, generation: workflowsOf(status)['suspendedGeneration'] };
}
