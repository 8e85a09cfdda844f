import { definitions as definitionResource } from '../../activities/kubernetes/projection/apiResource.js';
import type { ClusterObject } from '../../activities/kubernetes/projection/clusterObject.js';
import { keyOf } from '../../activities/kubernetes/projection/clusterObject.js';
import { showsRefusal } from '../../activities/kubernetes/projection/refusal.js';
import { promiseLabel } from '../../activities/kubernetes/projection/promiseApi.js';
import type { EntityStatus } from '../domain/entity.js';
import { groupOf } from '../domain/plan.js';
import type { ControllerContext } from './controllerContext.js';
import { createInformer } from './informer.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue } from './reconciledKind.js';
import { reconcileRequest } from './requestObjects.js';
import type { ServedApi } from './servedApis.js';
import { servedApis } from './servedApis.js';
import { slimObject } from './slimObject.js';
import { untilSynced } from './untilSynced.js';

/** What other kinds are told of, because they depend on it. */
export interface RequestNews {
  readonly definitionChanged: (definition: ClusterObject | undefined) => void;
  readonly requestChanged: (api: ServedApi, key: string) => void;
}

/** Requests of every Promise's API, which come and go with their definitions. Keys: `jenkins.example.com|default/x`. */
export function requestKind(parts: KindParts, tell: RequestNews, signal: AbortSignal) {
  const queue = kindQueue();
  const wake = (api: ServedApi, key: string) => queue.add(wholeKey(api, key));
  const apis = servedApis(
    {
      ...parts,
      changed(api, { key, own }) {
        if (!own) wake(api, key);
        tell.requestChanged(api, key);
      },
    },
    signal,
  );
  const definitions = createInformer({
    ...{ ...parts, resource: definitionResource, slim: slimObject, labelSelector: promiseLabel },
    changed({ key: name }) {
      const definition = definitions.get(name);
      apis.see(name, definition);
      tell.definitionChanged(definition);
    },
  });
  function partsOf(whole: string) {
    const [kind = '', key = ''] = whole.split('|');
    return { api: apis.list().find((each) => kindOf(each) === kind), key };
  }
  /** Requests whose Promise cannot take them yet, by key. */
  const waiting = new Map<string, string>();

  return {
    apis,
    definitions,
    informers: [definitions],
    queue,
    keys: () => apis.list().flatMap((api) => api.requests.list().map((object) => wholeKey(api, keyOf(object)))),
    objectOf(_context, whole) {
      const { api, key } = partsOf(whole);
      return api && followedObject(api.requests, key);
    },
    async reconcile(context, whole) {
      const { api, key } = partsOf(whole);
      if (api !== undefined) await reconcileRequest(context, api, key);
    },
    wake,
    whenOffered: (api: ServedApi, key: string) => void waiting.set(wholeKey(api, key), api.promise),
    ofPromise(promise: string): void {
      for (const [key, of] of waiting) {
        if (of === promise && waiting.delete(key)) queue.add(key);
      }
      const api = apis.ofPromise(promise);
      const refused = api?.requests.list().filter(showsRefusal) ?? [];
      if (api !== undefined) for (const each of refused) wake(api, keyOf(each));
    },
    async show(context: ControllerContext, status: EntityStatus): Promise<void> {
      const api = apis.ofKind(groupOf(status.apiVersion), status.kind);
      // An API that is not followed (yet) has its requests looked at when it is.
      if (api === undefined) return;
      await untilSynced(api.requests);
      const key = `${status.namespace}/${status.name}`;
      return queue.exclusively(wholeKey(api, key), () => reconcileRequest(context, api, key, status));
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}

function kindOf({ resource }: ServedApi): string {
  return `${resource.kind}.${resource.group}`;
}

function wholeKey(api: ServedApi, key: string): string {
  return `${kindOf(api)}|${key}`;
}
