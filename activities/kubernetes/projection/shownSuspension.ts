import { toRecord } from '../../../src/documents/toRecord.js';
import type { ClusterObject } from './clusterObject.js';

/** The suspension that an object's status shows, as the projection wrote it. */
export function shownSuspension({ status }: ClusterObject) {
  const workflows = toRecord(toRecord(status?.['kratix'])?.['workflows']);
  const pipelines = workflows?.['pipelines'];
  const found = (Array.isArray(pipelines) ? pipelines : [])
    .map(toRecord)
    .find((pipeline) => pipeline?.['phase'] === 'Suspended');
  if (found === undefined) return undefined;
  const attempts = found['attempts'] ?? 0;
  return { pipeline: found['name'], attempts, generation: workflows?.['suspendedGeneration'] };
}
