import {
  ApplicationFailure,
  condition,
  defineSignal,
  patched,
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
/**
 * A comparison takes seconds, and an object that runs answers afterwards. One that waits for people, as for a merge, may
 * take days: the next comparison of its store must not wait for it.
 */
const answerLimit = '5 minutes';
/** Paths and objects named in the result; the runs have them all. */
const named = 20;

/** `{}` or `{kind, name}`: compares what state stores hold with what was written, and writes again what differs. */
export async function repair(target: unknown): Promise<OperationResult> {
  const answers = new Map<string, Verified>();
  setHandler(defineSignal<[Verified]>(signals.verified), (answer) => {
    answers.set(answer.entity, answer);
  });
  const {
    store,
    entities,
    silent = [],
  } = await quick.listEntities
    .executeWithOptions({ summary: 'who has documents there' }, [{ target }])
    .catch((thrown: unknown) => {
      throw oneLine(thrown);
    });
  const wish: Verify = { store, replyTo: workflowInfo().workflowId };
  const late: string[] = [];
  for (let start = 0; start < entities.length; start += askedAtOnce) {
    const batch = entities.slice(start, start + askedAtOnce);
    const reached = await Promise.all(batch.map((entity) => send(entity, signals.verify, wish)));
    const asked = batch.filter((_, index) => reached[index]);
    const missing = () => asked.filter((entity) => !answers.has(entity));
    await inTime(() => missing().length === 0);
    late.push(...missing());
    setCurrentDetails(`checked ${answers.size} of ${entities.length} objects`);
  }
  const missing = [
    ...late.filter((entity) => !answers.has(entity)),
    ...silent.map((promise) => `the requests of ${promise}`),
  ];
  return conclude([...answers.values()], missing, store);
}

async function inTime(isSo: () => boolean): Promise<void> {
  if (patched('answer-limit')) await condition(isSo, answerLimit);
  else await condition(isSo);
}

function conclude(answers: readonly Verified[], late: readonly string[], store: string | undefined): OperationResult {
  const failures = answers.flatMap((answer) => answer.failure ?? []);
  if (failures.length > 0)
    throw ApplicationFailure.nonRetryable(`not repaired: ${failures.join('; ')}`, 'RepairFailed');
  const repaired = answers.flatMap((answer) => answer.repaired);
  const heldUp = answers
    .filter((answer) => answer.heldUp !== undefined)
    .map(({ entity, heldUp }) => `${entity} (${heldUp})`);
  const differing = [
    ...(repaired.length === 0 ? [] : [`repaired ${list(repaired)}`]),
    ...(heldUp.length === 0 ? [] : [`not repaired: ${list(heldUp)}`]),
  ];
  const found = differing.length === 0 ? 'nothing differs' : differing.join('; ');
  const unchecked = late.length === 0 ? '' : `; not checked, because they have not answered yet: ${list(late)}`;
  return {
    object: store ?? 'every state store',
    phase: 'Ready',
    message: `checked ${answers.length} object(s): ${found}${unchecked}`,
    changed: repaired.length > 0,
  };
}

function list(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  return `${names.slice(0, named).join(', ')}${more}`;
}
