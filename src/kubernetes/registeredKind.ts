import type { ApiResource } from '../../activities/kubernetes/projection/apiResource.js';
import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import type { Registry } from '../domain/registry.js';
import type { ControllerContext } from './controllerContext.js';
import type { Informer } from './informer.js';
import { createInformer } from './informer.js';
import type { ObjectChange } from './objectStore.js';
import type { KindParts, ReconciledKind } from './reconciledKind.js';
import { followedObject, kindQueue, vanished } from './reconciledKind.js';
import { reconcileRegistered } from './registeredObjects.js';
import { slimObject } from './slimObject.js';

/** Destinations and state stores, which one entity keeps. Keys: `GitStateStore/main`. */
export function registeredKind(parts: KindParts) {
  const queue = kindQueue();
  const follow = (resource: ApiResource): Informer => {
    const changed = ({ key }: ObjectChange) => queue.add(`${resource.kind}/${key}`);
    return createInformer({ ...parts, resource, slim: slimObject, changed });
  };
  const destinations = follow(platformResources.destinations);
  const bucketStateStores = follow(platformResources.bucketStateStores);
  const gitStateStores = follow(platformResources.gitStateStores);
  const informers = [destinations, bucketStateStores, gitStateStores];
  const objects = () =>
    informers.flatMap((informer) =>
      informer.list().map(({ metadata: { name } }) => ({ kind: informer.resource.kind, name })),
    );
  /** Which look at the registry each object shows: an older one may come later, and has nothing new to say. */
  const looks = new Map<string, number>();
  let lastLook = 0;
  async function showAs(context: ControllerContext, look: number, kind: string, name: string, registry: Registry) {
    const key = `${kind}/${name}`;
    if ((looks.get(key) ?? 0) > look) return;
    looks.set(key, look);
    await reconcileRegistered(context, kind, name, registry);
  }
  async function lookAt(context: ControllerContext): Promise<{ readonly look: number; readonly registry: Registry }> {
    const look = (lastLook += 1);
    return { look, registry: await context.entities.registry() };
  }
  const keys = () => [vanished, ...objects().map(({ kind, name }) => `${kind}/${name}`)];

  return {
    ...{ destinations, bucketStateStores, gitStateStores },
    informers,
    queue,
    keys,
    objectOf(_context, key) {
      const [kind, name = ''] = key.split('/');
      const informer = informers.find(({ resource }) => resource.kind === kind);
      return informer && followedObject(informer, name);
    },
    async reconcile(context, key) {
      if (key === vanished) {
        const known = keysOf(await context.entities.registry());
        return known.filter((each) => !keys().includes(each)).forEach((each) => queue.add(each));
      }
      const [kind = '', name = ''] = key.split('/');
      const { look, registry } = await lookAt(context);
      await showAs(context, look, kind, name, registry);
    },
    wake: () => keys().forEach((key) => queue.add(key)),
    /** All of them, from one look at what may be a large registry. */
    async show(context: ControllerContext): Promise<void> {
      const { look, registry } = await lookAt(context);
      const shown = objects().map(({ kind, name }) =>
        queue.exclusively(`${kind}/${name}`, () => showAs(context, look, kind, name, registry)),
      );
      await Promise.all(shown);
    },
  } satisfies ReconciledKind & Record<string, unknown>;
}

function keysOf({ destinations, stores }: Registry): string[] {
  const { kind } = platformResources.destinations;
  return [...Object.keys(stores), ...Object.keys(destinations).map((name) => `${kind}/${name}`)];
}
