import type { ControlSignal } from '../../workflows/messages.js';
import type { Platform } from './connection.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { entityOf, notFound, objectKind, shownName } from './objects.js';
import { say } from './print.js';

const done: Readonly<Record<ControlSignal, string>> = {
  pause: 'is paused',
  unpause: 'is no longer paused',
  reconcile: 'is run from the start',
  reconcileResources: 'has its requests run from the start',
  resume: 'goes on where it was suspended',
};

export interface ControlOptions {
  readonly namespace: string;
}

/** `fulfil pause|unpause|reconcile|resume KIND NAME`: what labels do in a cluster. */
export async function control(
  signal: ControlSignal,
  kind: string,
  name: string,
  { namespace }: ControlOptions,
): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    const known = await objectKind(platform, kind);
    const entity = entityOf(known, namespace, name);
    if (entity === undefined) {
      throw new CommandFailure(`${kind}: only Promises and resources can be told to ${signal}`, exitCodes.refused);
    }
    if (signal === 'reconcileResources' && known.type === 'resource') {
      throw new CommandFailure(`${kind}: --resources is for a Promise; a resource has none`, exitCodes.refused);
    }
    const object = shownName(known, namespace, name);
    // The entity would take no notice, and the answer below would be untrue.
    if (signal === 'resume' && (await isGoing(platform, entity))) {
      throw new CommandFailure(`${object} is not suspended`, exitCodes.refused);
    }
    if (!(await platform.entities.command(entity, signal))) throw notFound(known, namespace, name, exitCodes.refused);
    say(`${object} ${done[signal]}`);
    return exitCodes.done;
  });
}

/** There, and not suspended. */
async function isGoing({ entities }: Platform, entity: string): Promise<boolean> {
  const status = await entities.status(entity);
  return status !== undefined && status.suspension === undefined;
}
