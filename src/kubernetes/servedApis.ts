import type { Cluster } from '../../activities/kubernetes/cluster.js';
import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { isEstablished, promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import { toRecord } from '../documents/toRecord.js';
import { apiKey } from '../domain/plan.js';
import type { Informer } from './informer.js';
import { createInformer } from './informer.js';
import type { ObjectChange } from './objectStore.js';
import { slimObject } from './slimObject.js';

/** An established API of a Promise, and its requests. */
export interface ServedApi {
  readonly promise: string;
  readonly resource: ApiResource;
  readonly requests: Informer;
}

export interface ServedApisOptions {
  readonly cluster: Cluster;
  readonly changed: (api: ServedApi, change: ObjectChange) => void;
  readonly troubled: (error: unknown) => void;
}

/** One informer per API: begun when the API server serves it, ended when its definition is gone. */
export function servedApis({ cluster, changed, troubled }: ServedApisOptions, signal: AbortSignal) {
  const served = new Map<string, ServedApi & { readonly stop: () => void }>();

  function begin(promise: string, resource: ApiResource): ServedApi & { readonly stop: () => void } {
    const ended = new AbortController();
    const requests = createInformer({
      ...{ cluster, resource, troubled, slim: slimObject },
      changed: (change) => changed(api, change),
    });
    const api = { promise, resource, requests, stop: () => ended.abort() };
    void requests.run(AbortSignal.any([signal, ended.signal]));
    return api;
  }

  return {
    /** Takes a definition as it is now. */
    see(name: string, definition: ClusterObject | undefined): void {
      const known = served.get(name);
      const found = definition === undefined ? undefined : apiOf(definition);
      if (known !== undefined && found !== undefined && isSame(known, found)) return;
      // A definition that is not established yet or again keeps what it has: its requests may have to be let go.
      if (definition !== undefined && found === undefined) return;
      known?.stop();
      served.delete(name);
      if (found !== undefined) served.set(name, begin(found.promise, found.resource));
    },
    ofPromise: (promise: string): ServedApi | undefined => [...served.values()].find((api) => api.promise === promise),
    ofKind: (group: string, kind: string): ServedApi | undefined =>
      [...served.values()].find(({ resource }) => apiKey(resource.group, resource.kind) === apiKey(group, kind)),
    list: (): readonly ServedApi[] => [...served.values()],
  };
}

function isSame(a: ServedApi, b: Pick<ServedApi, 'promise' | 'resource'>): boolean {
  return (
    a.promise === b.promise && a.resource.version === b.resource.version && a.resource.plural === b.resource.plural
  );
}

/** Requests are read in the version that they are stored in, when it is served. */
function apiOf(definition: ClusterObject): Pick<ServedApi, 'promise' | 'resource'> | undefined {
  const { metadata, spec } = definition;
  const promise = metadata.labels?.[promiseLabel];
  if (promise === undefined || !isEstablished(definition)) return undefined;
  const names = toRecord(spec?.['names']);
  const versions = (Array.isArray(spec?.['versions']) ? spec['versions'] : []).map(toRecord);
  const usable = versions.filter((version) => version?.['served'] === true);
  const version = usable.find((each) => each?.['storage'] === true) ?? usable[0];
  const [group, kind, plural] = [spec?.['group'], names?.['kind'], names?.['plural']].map(String);
  if (version === undefined || group === undefined || kind === undefined || plural === undefined) return undefined;
  return { promise, resource: { group, kind, plural, version: String(version['name']) } };
}
