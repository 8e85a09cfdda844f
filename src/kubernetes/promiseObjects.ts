import { platformResources } from '../../activities/kubernetes/projection/apiResource.js';
import { isDeleting } from '../../activities/kubernetes/projection/clusterObject.js';
import type { EntityStatus } from '../domain/entity.js';
import { promiseId } from '../domain/ids.js';
import type { ControllerContext } from './controllerContext.js';
import { liveObject } from './controllerContext.js';
import { hold } from './finalizer.js';
import { obeyLabels } from './objectCommands.js';
import { dismissPromise, removeApi } from './dismissPromise.js';
import { adoptUnknown, wakeVanished } from './promiseRequests.js';
import { showPromise, promisePlace } from './showPromise.js';
import type { Taken } from './taken.js';
import { takePromise } from './takePromise.js';

const resource = platformResources.promises;

/**
 * Brings one Promise object, its API and its entity together. `given` is what the entity itself reports; without it
 * the entity is asked. Whatever was done before is left alone, so this may run at any time.
 */
export async function reconcilePromise(context: ControllerContext, name: string, given?: EntityStatus): Promise<void> {
  const object = context.promises.get(name);
  const status = given ?? (await context.entities.status(promiseId(name)));
  if (object === undefined) return forget(context, name, status);
  if (isDeleting(object)) return dismissPromise(context, object, status);
  const place = promisePlace(context, name);
  const held = await hold(place, object);
  // First, for the run that a label asks for.
  const taking = takePromise(context, held, status, given !== undefined);
  // What keeps it from being taken keeps nobody from pausing it, nor from seeing where it stands.
  const taken = await taking.catch((): Taken => ({}));
  await showPromise(context, await obeyLabels(context, place, held, status), status, taken);
  if (given === undefined) await taking;
  else await taking.catch(() => context.wake.promise(name));
  context.wake.requestsOf(name);
  if (status !== undefined) return wakeVanished(context, name, status);
  await adoptUnknown(context, name, []);
}

/** An object that somebody took away together with its finalizer: nobody wants it any more. */
async function forget(context: ControllerContext, name: string, status: EntityStatus | undefined): Promise<void> {
  if (status === undefined || status.projection !== context.queue) return;
  if (status.deleting && status.phase !== 'Gone') return;
  if ((await liveObject(context, resource, { name })) !== undefined || !(await context.sameCluster())) return;
  if (status.phase === 'Gone') await removeApi(context, name);
  else await context.entities.remove(promiseId(name), {});
}
