import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { fieldManager } from '../../activities/kubernetes/projection/clusterWrites.js';
import { toRecord } from '../documents/toRecord.js';

/** Of managedFields only the status that we applied ourselves is ever looked at. */
export function slimObject(object: ClusterObject): ClusterObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  const entries = metadata['managedFields'];
  const ours = (Array.isArray(entries) ? entries : []).filter((entry: unknown) => {
    const record = toRecord(entry);
    return record?.['manager'] === fieldManager && record['subresource'] === 'status';
  });
  return { ...object, metadata: { ...object.metadata, ...{ managedFields: ours } } };
}

/** Of Works and WorkPlacements nobody reads the documents back. */
export function withoutSpec(object: ClusterObject): ClusterObject {
  const { spec: _spec, ...rest } = slimObject(object);
  return rest;
}
