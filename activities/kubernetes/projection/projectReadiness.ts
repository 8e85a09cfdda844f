import type { Readiness } from '../../../src/domain/registry.js';
import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import { platformResources } from './apiResource.js';
import type { ClusterObject, ObjectCache } from './clusterObject.js';
import type { EventRecorder } from './eventRecorder.js';
import type { NewCondition } from './statusConditions.js';
import { conditionOf, isShown, timed } from './statusConditions.js';
import type { ObjectEvent } from './statusEvents.js';
import { normal, warning } from './statusEvents.js';
import { writeStatus } from './writeStatus.js';

export interface ReadinessProjection {
  readonly cluster: Cluster;
  readonly record: EventRecorder;
}

export interface ShownReadiness {
  readonly resource: ApiResource;
  readonly cache: ObjectCache;
  readonly object: ClusterObject;
  readonly readiness: Pick<Readiness, 'ready' | 'reason' | 'message'>;
  /** The readiness is of the object as it is now. */
  readonly observed: boolean;
}

/** Condition, status and events of a Destination or state store (reference, sections 1.7 to 1.9). */
export async function projectReadiness(
  { cluster, record }: ReadinessProjection,
  { resource, cache, object, readiness, observed }: ShownReadiness,
): Promise<void> {
  const { ready, reason, message } = readiness;
  const condition: NewCondition = { type: 'Ready', status: ready ? 'True' : 'False', reason, message };
  const isStore = resource.kind !== platformResources.destinations.kind;
  const wanted = {
    ...(isStore ? { status: ready ? 'Ready' : 'NotReady' } : {}),
    observedGeneration: observed ? object.metadata.generation : object.status?.['observedGeneration'],
    conditions: timed([condition], object.status, new Date().toISOString()),
  };
  if (isShown(wanted, object)) return;
  const before = conditionOf(object.status, 'Ready');
  const written = await writeStatus(cluster, resource, cache, object, wanted);
  const changed = before?.status !== condition.status || before.message !== message;
  if (changed) await record(`${resource.kind}Controller`, resource, written, [eventOf(resource, object, readiness)]);
}

function eventOf(
  { kind }: ApiResource,
  { metadata }: ClusterObject,
  { ready, message }: ShownReadiness['readiness'],
): ObjectEvent {
  if (kind === platformResources.destinations.kind) {
    return ready ? normal('DestinationReady', 'Destination is Ready') : warning('DestinationNotReady', message);
  }
  return ready ? normal('Ready', `${kind} "${metadata.name}" is ready`) : warning('NotReady', message);
}
