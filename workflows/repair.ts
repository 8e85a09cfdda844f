import {
  ApplicationFailure,
  condition,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OperationResult } from './operation.js';
import { oneLine } from './failures.js';
import type { Verified, Verify } from './messages.js';
import { signals } from './messages.js';
import { quick } from './options.js';
import { send } from './waiters.js';

/** Objects asked at once: each answers with a run of its own, and a store takes what comes in one commit. */
const askedAtOnce = 100;
/** Paths named in the result; the runs have them all. */
const namedPaths = 20;

/** `{}` or `{kind, name}`: compares what state stores hold with what was written, and writes again what differs. */
export async function repair(target: unknown): Promise<OperationResult> {
  const answers = new Map<string, Verified>();
  setHandler(defineSignal<[Verified]>(signals.verified), (answer) => {
    answers.set(answer.entity, answer);
  });
  const { store, entities } = await quick.listEntities
    .executeWithOptions({ summary: 'who has documents there' }, [{ target }])
    .catch((thrown: unknown) => {
      throw oneLine(thrown);
    });
  const wish: Verify = { store, replyTo: workflowInfo().workflowId };
  let asked = 0;
  for (let start = 0; start < entities.length; start += askedAtOnce) {
    const batch = entities.slice(start, start + askedAtOnce);
    const reached = await Promise.all(batch.map((entity) => send(entity, signals.verify, wish)));
    asked += reached.filter((known) => known).length;
    await condition(() => answers.size >= asked);
    setCurrentDetails(`checked ${answers.size} of ${entities.length} objects`);
  }
  return conclude([...answers.values()], store);
}

function conclude(answers: readonly Verified[], store: string | undefined): OperationResult {
  const failures = answers.flatMap((answer) => answer.failure ?? []);
  if (failures.length > 0)
    throw ApplicationFailure.nonRetryable(`not repaired: ${failures.join('; ')}`, 'RepairFailed');
  const repaired = answers.flatMap((answer) => answer.repaired);
  const more = repaired.length > namedPaths ? ` and ${repaired.length - namedPaths} more` : '';
  const found =
    repaired.length === 0 ? 'nothing differs' : `repaired ${repaired.slice(0, namedPaths).join(', ')}${more}`;
  return {
    object: store ?? 'every state store',
    phase: 'Ready',
    message: `checked ${answers.length} object(s): ${found}`,
    changed: repaired.length > 0,
  };
}
