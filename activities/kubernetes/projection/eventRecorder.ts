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

/** The API server's limit for a note, in bytes. */
const longestNote = 1024;

/** Ten minutes: Kubernetes keeps events for an hour. */
const toldAgainMillis = 600_000;

/** Events of the new API, with `action` equal to `reason` (reference, section 0.7). Nothing hangs on one that is lost. */
export function eventRecorder(cluster: Cluster, instance: string, lost: (error: unknown) => void): EventRecorder {
  const told = new Map<string, number>();

  /** What lasts is not told with every look. */
  function wasTold(uid: string | undefined, { reason, note }: ObjectEvent): boolean {
    const now = performance.now();
    for (const [key, at] of told) if (now - at >= toldAgainMillis) told.delete(key);
    const key = `${uid} ${reason} ${note}`;
    if (told.has(key)) return true;
    told.set(key, now);
    return false;
  }

  return async (reporter, resource, { metadata }, all) => {
    const events = all.filter((event) => event.lasting !== true || !wasTold(metadata.uid, event));
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
        ...{ action: reason, reason, regarding, type, note: shortened(note) },
      };
      await cluster.ask('POST', `/apis/events.k8s.io/v1/namespaces/${where}/events`, { body }).catch(lost);
    }
  };
}

/** Without a character that would be cut in two. */
function shortened(note: string): string {
  const bytes = Buffer.from(note, 'utf8');
  if (bytes.length <= longestNote) return note;
  let end = longestNote;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
