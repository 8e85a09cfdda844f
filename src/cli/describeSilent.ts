import { called } from '../../activities/temporalCalls.js';
import { reason } from '../domain/failure.js';
import { phaseKey } from '../../workflows/searchAttributes.js';
import type { Platform } from './connection.js';
import { CommandFailure, exitCodes } from './exit.js';
import { say } from './print.js';
import { troubleLines, troublesOf } from './troubles.js';

/** What Temporal tells of an entity that does not answer itself, its run's troubles above all; then why it does not. */
export async function describeSilent({ client }: Platform, entity: string, why: unknown): Promise<never> {
  const { raw, typedSearchAttributes } = await called(() => client.workflow.getHandle(entity).describe());
  const runs = (raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '');
  const troubles = await Promise.all([entity, ...runs].map((id) => troublesOf(client, id)));
  say(`  Workflow:    ${entity}`);
  say(`  Phase:       ${typedSearchAttributes.get(phaseKey) ?? 'not known'}`);
  for (const line of troubleLines(troubles.flat())) say(line);
  throw new CommandFailure(`${entity} does not answer: ${reason(why)}`, exitCodes.failed);
}
