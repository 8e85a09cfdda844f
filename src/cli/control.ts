import type { ControlSignal } from '../../workflows/messages.js';
import { withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { entityOf, objectKind } from './objects.js';
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
    const entity = entityOf(await objectKind(platform, kind), namespace, name);
    if (entity === undefined) {
      throw new CommandFailure(`${kind}: only Promises and resources can be told to ${signal}`, exitCodes.refused);
    }
    if (!(await platform.entities.command(entity, signal))) {
      throw new CommandFailure(`${kind}/${name}: not found`, exitCodes.refused);
    }
    say(`${kind.toLowerCase()}/${name} ${done[signal]}`);
    return exitCodes.done;
  });
}
