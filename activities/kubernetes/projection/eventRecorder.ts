import { randomUUID } from 'node:crypto';
import type { Cluster } from '../cluster.js';
import type { ApiResource } from './apiResource.js';
import { apiVersionOf } from './apiResource.js';
import type { ClusterObject } from './clusterObject.js';
import type { ObjectEvent } from './statusEvents.js';

export type EventRecorder = (
  reporter: string,
  resource: ApiResource,
  object: ClusterObject,
  events: readonly ObjectEvent[],
) => Promise<void>;

/** The API server's limit for a note. */
const longestNote = 1024;

/** Events of the new API, with `action` equal to `reason` (reference, section 0.7). Nothing hangs on one that is lost. */
export function eventRecorder(cluster: Cluster, instance: string, lost: (error: unknown) => void): EventRecorder {
  return async (reporter, resource, { metadata }, events) => {
    const { name, namespace = '', uid, resourceVersion } = metadata;
    const where = namespace === '' ? 'default' : namespace;
    const regarding = {
      ...{ apiVersion: apiVersionOf(resource), kind: resource.kind },
      ...{ name, namespace, uid, resourceVersion },
    };
    for (const { type, reason, note } of events) {
      const body = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: `${name.slice(0, 200)}.${randomUUID().slice(0, 13)}`, namespace: where },
        eventTime: new Date().toISOString().replace('Z', '000Z'),
        reportingController: reporter,
        reportingInstance: instance.slice(0, 128),
        ...{ action: reason, reason, regarding, type, note: note.slice(0, longestNote) },
      };
      await cluster.ask('POST', `/apis/events.k8s.io/v1/namespaces/${where}/events`, { body }).catch(lost);
    }
  };
}
