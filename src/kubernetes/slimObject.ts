import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isApplied } from '../../activities/kubernetes/projection/ownFields.js';
import { toRecord } from '../documents/toRecord.js';

/** Of managedFields only what we applied ourselves is ever looked at. */
export function slimObject(object: ClusterObject): ClusterObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  const entries = metadata['managedFields'];
  const ours = (Array.isArray(entries) ? entries : []).filter((entry: unknown) => isApplied(toRecord(entry)));
  return { ...object, metadata: { ...object.metadata, ...{ managedFields: ours } } };
}

/** Of Works and WorkPlacements nobody reads the documents back. */
export function withoutSpec(object: ClusterObject): ClusterObject {
  const { spec: _spec, ...rest } = slimObject(object);
  return rest;
}
