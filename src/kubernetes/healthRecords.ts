import { isDeepStrictEqual } from 'node:util';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import type { HealthStatus, HealthTarget } from '../../activities/kubernetes/projection/healthStatus.js';
import { healthStatus, healthTarget, showsRecord } from '../../activities/kubernetes/projection/healthStatus.js';
import { normal, warning } from '../../activities/kubernetes/projection/statusEvents.js';
import { writeStatus } from '../../activities/kubernetes/projection/writeStatus.js';
import { toRecord } from '../documents/toRecord.js';
import type { ControllerContext } from './controllerContext.js';
import { listedApi } from './listedApi.js';
import { hold, letGo } from './finalizer.js';
import type { Informer } from './informer.js';
import type { ServedApi } from './servedApis.js';

const resource = platformResources.healthRecords;
const finalizer = 'kratix.io/health-record-cleanup';

/** Of its own, so that neither this nor the projection of a request's status takes away what the other wrote. */
const fieldManager = 'fulfil-health';

export interface HealthParts {
  readonly context: ControllerContext;
  readonly records: Informer;
  /** One at a time for each request, whichever of its records it is about. */
  readonly exclusively: (target: HealthTarget, work: () => Promise<void>) => Promise<void>;
  /** The request is not there (yet). */
  readonly missing: (target: HealthTarget, record: string) => void;
}

/** Shows in requests what one HealthRecord says, or no longer says (reference, section 7.1). */
export async function reconcileHealthRecord(parts: HealthParts, key: string): Promise<void> {
  const { context, records } = parts;
  const record = records.get(key);
  const place = { cluster: context.cluster, resource, cache: records, finalizer };
  if (record !== undefined && !isDeleting(record)) await hold(place, record);
  const target = record && healthTarget(record);
  const targets = [...(target === undefined ? [] : [target]), ...requestsThatShow(context, key)];
  for (const each of targets) await parts.exclusively(each, () => show(parts, each, key));
  if (record !== undefined && isDeleting(record)) await letGo(place, record);
}

/** A record may have been about another request before. */
function requestsThatShow({ apis }: ControllerContext, key: string): HealthTarget[] {
  return apis.list().flatMap(({ promise, requests }) =>
    requests
      .list()
      .filter((request) => showsRecord(request, key))
      .map(({ metadata: { name, namespace = '' } }) => ({ promise, name, namespace })),
  );
}

async function show({ context, records, missing }: HealthParts, target: HealthTarget, key: string): Promise<void> {
  const api = await listedApi(context, target.promise);
  const request = api?.requests.get(`${target.namespace}/${target.name}`);
  if (api === undefined || request === undefined) {
    const record = records.get(key);
    if (record !== undefined && !isDeleting(record)) missing(target, key);
    return;
  }
  const wanted = healthStatus(target, records.list());
  const shown = request.status?.['healthStatus'];
  if (!isDeepStrictEqual(shown, wanted)) await write(context, api, request, wanted);
}

async function write(
  { cluster, record }: ControllerContext,
  { resource: api, requests }: ServedApi,
  request: ClusterObject,
  wanted: HealthStatus | undefined,
): Promise<void> {
  const status = wanted === undefined ? {} : { healthStatus: wanted };
  const written = await writeStatus(cluster, api, requests, request, status, fieldManager);
  const before = toRecord(request.status?.['healthStatus'])?.['state'];
  if (wanted === undefined || before === wanted.state) return;
  const note = `Health state is ${wanted.state}`;
  const event = ['healthy', 'ready'].includes(wanted.state) ? normal : warning;
  await record('HealthRecordController', api, written, [event('HealthRecord', note)]);
}
