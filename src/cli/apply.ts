import type { Accepted } from '../../workflows/operation.js';
import { describeProblem } from '../domain/problem.js';
import { standsStill } from '../domain/phase.js';
import type { Problem } from '../domain/problem.js';
import type { Platform } from './connection.js';
import { requireWorker, withPlatform } from './connection.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import { readInput } from './inputFiles.js';
import { watched } from './leaving.js';
import type { Ending, RunningOperation } from './operations.js';
import { startOperation } from './operations.js';
import { remark, say } from './print.js';
import { watchStages } from './stageWatch.js';
import { watchTroubles } from './troubles.js';
import type { Wish } from './wish.js';
import { inOrder, wishOf } from './wish.js';

export interface ApplyOptions {
  readonly filename: readonly string[];
  /** False: return when the platform has taken the wishes. */
  readonly wait: boolean;
  /** Wait through what waits for something outside, such as a Destination. */
  readonly untilReady: boolean;
}

/** `fulfil apply`: checks every document before it changes anything, then hands them over and waits. */
export async function apply(options: ApplyOptions): Promise<ExitCode> {
  const input = await readInput(options.filename);
  if (!input.ok) return refuse(input.problems);
  const checked = input.value.map(wishOf);
  const problems = checked.flatMap((wish) => (wish.ok ? [] : wish.problems));
  if (problems.length > 0) return refuse(problems);
  const ranks = inOrder(checked.flatMap((wish) => (wish.ok ? [wish.value] : [])));
  return withPlatform(async (platform) => {
    await requireWorker(platform);
    const codes: ExitCode[] = [];
    // A Promise settles before its requests are handed over: they would only say that they wait for it.
    for (const rank of ranks) codes.push(...(await applyTogether(platform, rank, options)));
    return worst(codes);
  });
}

async function applyTogether(
  platform: Platform,
  wishes: readonly Wish[],
  options: ApplyOptions,
): Promise<readonly ExitCode[]> {
  const running: Promise<ExitCode>[] = [];
  for (const wish of wishes) {
    const operation = await start(platform, wish);
    const accepted = await handedOver(platform, operation);
    // What was refused ends at once; the rest of the documents may still be wanted.
    if (accepted === undefined || options.wait) running.push(follow(platform, operation, accepted?.entity, options));
    else say(`${wish.object} accepted`);
  }
  return Promise.all(running);
}

function start(platform: Platform, wish: Wish): Promise<RunningOperation> {
  const { operation: type, workflowId, object, document: input } = wish;
  return startOperation(platform, { type, workflowId, object, input });
}

/** Waits until the platform has taken a wish; that is a matter of milliseconds, unless something is away. */
export async function handedOver({ client }: Platform, operation: RunningOperation): Promise<Accepted | undefined> {
  const watching = new AbortController();
  const troubles = watchTroubles(client, operation.workflowId, heldUp(operation), watching.signal);
  return operation.accepted().finally(async () => {
    watching.abort();
    await troubles;
  });
}

function heldUp({ object }: RunningOperation): (why: string) => void {
  return (why) => remark(`  … ${object}: held up: ${why}`);
}

/** Shows an operation's way to its end. */
export async function follow(
  platform: Platform,
  operation: RunningOperation,
  entity: string | undefined,
  { untilReady }: Pick<ApplyOptions, 'untilReady'>,
): Promise<ExitCode> {
  const watching = new AbortController();
  const marks = { Running: '▶', Succeeded: '✓', Failed: '✗' } as const;
  const stages =
    entity === undefined || entity === 'destinations'
      ? Promise.resolve()
      : watchStages(
          platform,
          entity,
          {
            stage: ({ outcome, pipeline, stage }) =>
              remark(`  ${marks[outcome]} ${operation.object}: ${pipeline} / ${stage}`),
            trouble: heldUp(operation),
          },
          watching.signal,
        );
  const end = untilReady ? operation.ended() : operation.settled();
  const ending = await watched(operation.object, end).finally(async () => {
    watching.abort();
    await stages;
  });
  return report(operation.object, ending);
}

function report(object: string, { phase, message, changed, refused }: Ending): ExitCode {
  if (phase === 'Failed') {
    remark(`${object} ${refused ? 'refused' : 'failed'}: ${message}`);
    return refused ? exitCodes.refused : exitCodes.failed;
  }
  say(`${object} ${changed ? phase.toLowerCase() : 'unchanged'}: ${message}`);
  return standsStill(phase) ? exitCodes.waiting : exitCodes.done;
}

function refuse(problems: readonly Problem[]): ExitCode {
  for (const problem of problems) remark(describeProblem(problem));
  remark(`nothing was changed: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  return exitCodes.refused;
}

/** Refused or failed before waiting before done. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order = [exitCodes.refused, exitCodes.failed, exitCodes.waiting];
  return order.find((code) => codes.includes(code)) ?? exitCodes.done;
}
