import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Phase } from '../src/domain/phase.js';
import { oneLine } from './failures.js';
import type { Answer, Progress, Ticket } from './messages.js';
import { signals } from './messages.js';

/** What an activity says when it has handed a wish to an entity. */
export interface Accepted {
  /** `jenkins default/example` */
  readonly object: string;
  /** Id of the workflow that keeps the object. */
  readonly entity: string;
  /** Set when there is nothing to wait for. */
  readonly done?: OperationResult;
}

export interface OperationResult {
  readonly object: string;
  readonly phase: Phase;
  readonly message: string;
  /** False when everything was already as asked. */
  readonly changed: boolean;
  readonly destinations?: readonly string[];
}

/** How far an operation is: for a client that shows it. `Waiting` is not the end, but may last for days. */
export type Settled = { readonly object: string } & Progress;

export const acceptedUpdate = defineUpdate<Accepted>('accepted');
/** Hands the wish over once more: others may have asked for something else meanwhile, or its entity was lost. */
export const againUpdate = defineUpdate<Accepted>('again');
export const settledUpdate = defineUpdate<Settled>('settled');
const progressSignal = defineSignal<[Progress]>(signals.progress);
const answerSignal = defineSignal<[Answer]>(signals.answer);

/** The one shape of every operation: hand the wish over, wait for the entity's answer, end with one line. */
export async function operate(handOver: (ticket: Ticket) => Promise<Accepted>): Promise<OperationResult> {
  const { workflowId: operation, firstExecutionRunId } = workflowInfo();
  const request = `${operation}/${firstExecutionRunId}`;
  const seen: Seen = { joining: 0, requests: [request], answers: {} };

  setHandler(progressSignal, (progress) => {
    seen.progress = progress;
    setCurrentDetails(`**${progress.phase}**: ${progress.message}`);
  });
  setHandler(answerSignal, (answer) => {
    const answered = answer.request ?? seen.requests.at(-1) ?? request;
    seen.answers = { ...seen.answers, [answered]: answer };
  });
  async function accepted(): Promise<Accepted> {
    await condition(() => seen.accepted !== undefined || seen.failure !== undefined);
    if (seen.accepted === undefined) throw seen.failure ?? noAnswer();
    return seen.accepted;
  }
  setHandler(acceptedUpdate, accepted);
  let repeats = 0;
  /** One after the other: the entity answers the request that it heard of last. */
  let turn: Promise<unknown> = Promise.resolve();
  setHandler(againUpdate, async () => {
    repeats += 1;
    const ticket = { operation, request: `${request}/${repeats}` };
    const taken = turn.then(accepted).then(() => handOverAgain(seen, () => handOver(ticket), ticket.request));
    turn = taken.catch(() => undefined);
    seen.joining += 1;
    try {
      return await taken;
    } catch (thrown) {
      throw oneLine(thrown);
    } finally {
      seen.joining -= 1;
    }
  });
  setHandler(settledUpdate, async (): Promise<Settled> => {
    await condition(() => settledOf(seen) !== undefined);
    return settledOf(seen) ?? { object: '', phase: 'Pending', message: '' };
  });

  try {
    seen.accepted = await handOver({ operation, request });
    seen.result = await awaitResult(seen);
  } catch (thrown) {
    if (isCancellation(thrown)) throw thrown;
    seen.failure = oneLine(thrown);
  }
  await condition(allHandlersFinished);
  if (seen.result === undefined) throw seen.failure ?? noAnswer();
  setCurrentDetails(`**${seen.result.phase}**: ${seen.result.message}`);
  return seen.result;
}

/** What an operation has heard so far. */
interface Seen {
  /** How many callers have the wish handed over again: nothing ends before that is done. */
  joining: number;
  /** Those whose answer counts: the newest that was handed over, and any since of which that is not sure. */
  requests: readonly string[];
  answers: Readonly<Record<string, Answer>>;
  accepted?: Accepted;
  progress?: Progress;
  failure?: ApplicationFailure;
  result?: OperationResult;
}

/** An answer or a word of progress that was meant for what was asked for before says nothing about this. */
async function handOverAgain(seen: Seen, handOver: () => Promise<Accepted>, request: string): Promise<Accepted> {
  delete seen.progress;
  const before = seen.requests;
  seen.requests = [...before, request];
  seen.accepted = await handOver();
  seen.requests = [request];
  return seen.accepted;
}

async function awaitResult(seen: Seen): Promise<OperationResult> {
  await condition(() => seen.joining === 0 && (seen.accepted?.done ?? answerOf(seen)) !== undefined);
  const { accepted } = seen;
  if (accepted?.done !== undefined) return accepted.done;
  const answer = answerOf(seen);
  if (accepted === undefined || answer === undefined) throw noAnswer();
  if (!answer.ok) throw ApplicationFailure.nonRetryable(answer.message, answer.type);
  const { phase, message, changed, destinations } = answer;
  return { object: accepted.object, phase, message, changed, destinations };
}

function answerOf({ requests, answers }: Seen): Answer | undefined {
  return requests.map((request) => answers[request]).findLast((answer) => answer !== undefined);
}

function settledOf(seen: Seen): Settled | undefined {
  const { accepted, progress, failure, result } = seen;
  const object = accepted?.object ?? '';
  const answer = answerOf(seen);
  if (failure !== undefined) return { object, phase: 'Failed', message: failure.message };
  if (answer !== undefined) return { object, phase: answer.ok ? answer.phase : 'Failed', message: answer.message };
  if (result !== undefined) return { object, phase: result.phase, message: result.message };
  return progress === undefined ? undefined : { object, ...progress };
}

function noAnswer(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('no answer came', 'Error');
}
