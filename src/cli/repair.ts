import { randomUUID } from 'node:crypto';
import { follow } from './apply.js';
import { requireWorker, withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { objectKind } from './objects.js';
import { startOperation } from './operations.js';

/** `fulfil repair [KIND NAME]`: every state store, or one, is compared with what was written, and mended. */
export async function repair(kind: string | undefined, name: string | undefined): Promise<ExitCode> {
  return withPlatform(async (platform) => {
    await requireWorker(platform);
    const input = kind === undefined ? {} : await storeNamed(kind);
    const object = name === undefined ? 'every state store' : `${kind ?? ''}/${name}`;
    const workflowId = `repair/${name ?? 'all'}/${randomUUID().slice(0, 8)}`;
    const operation = await startOperation(platform, { type: 'repair', workflowId, object, input });
    return follow(platform, operation, undefined, { untilReady: true });

    async function storeNamed(word: string): Promise<{ readonly kind: string; readonly name: string }> {
      const known = await objectKind(platform, word);
      if (known.type === 'store' && known.kind !== undefined && name !== undefined) return { kind: known.kind, name };
      throw new CommandFailure(
        'say which store: bucketstatestore, gitstatestore or directorystatestore, and its name',
        exitCodes.refused,
      );
    }
  });
}
