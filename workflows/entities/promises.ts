import { condition, continueAsNew, defineQuery, defineSignal, defineUpdate, patched } from '@temporalio/workflow';
import { allHandlersFinished, ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { Api } from '../../src/domain/plan.js';
import { apiKey } from '../../src/domain/plan.js';
import type { PromiseOffering } from '../messages.js';
import { queries, signals } from '../messages.js';
import { historyIsLong } from './entity.js';
import { requirementsNews, tellRequirements, unknowing, withNews } from './promisesNews.js';

export interface PromisesInput {
  /** Name of each Promise and the API that it claims; carried by continue-as-new. */
  readonly claims?: Readonly<Record<string, Claim>>;
  /** What each Promise offers and needs. */
  readonly offerings?: Readonly<Record<string, PromiseOffering>>;
  /** What each was last told of its needs, as text to compare. */
  readonly told?: Readonly<Record<string, string>>;
}

export interface Claim {
  readonly promise: string;
  readonly api?: Api;
}

export const claimUpdate = 'claim';

/** The catalogue: which Promise serves which API, and which needs which. One API belongs to one Promise. */
export async function promises(input: PromisesInput): Promise<void> {
  let claims: Record<string, Claim> = { ...input.claims };
  let offerings: Record<string, PromiseOffering> = { ...input.offerings };
  let told = input.told ?? {};
  let stirred = false;

  setHandler(
    defineUpdate<undefined, [Claim]>(claimUpdate),
    (claim: Claim) => {
      claims = { ...claims, [claim.promise]: claim };
      return undefined;
    },
    {
      validator: (claim: Claim) => {
        const rival = rivalOf(claims, claim);
        if (rival === undefined) return;
        const message = `Promise ${claim.promise}: spec.api: ${claim.api?.kind} (${claim.api?.group}) is already the API of Promise ${rival}`;
        throw ApplicationFailure.nonRetryable(message, 'Refused');
      },
    },
  );
  setHandler(defineSignal<[{ promise: string }]>(signals.release), ({ promise }) => {
    claims = without(claims, promise);
    offerings = without(offerings, promise);
    told = without(told, promise);
    stirred = true;
  });
  setHandler(defineSignal<[Claim]>(signals.reclaim), (claim) => {
    if (rivalOf(claims, claim) === undefined) claims = { ...claims, [claim.promise]: claim };
  });
  setHandler(defineSignal<[PromiseOffering]>(signals.offering), (offering) => {
    offerings = { ...offerings, [offering.promise]: offering };
    if (patched('told-anew')) told = unknowing(told, offering.promise);
    stirred = true;
  });
  setHandler(defineQuery<string | undefined, [{ group: string; kind: string }]>(queries.find), ({ group, kind }) =>
    servedBy(claims, apiKey(group, kind)),
  );
  setHandler(defineQuery<readonly Claim[]>(queries.list), () => Object.values(claims));

  do {
    await condition(() => stirred || historyIsLong());
    stirred = false;
    const news = requirementsNews(offerings, told);
    const known = withNews(told, news);
    // Before it is said, so that what comes meanwhile is not undone.
    told = known;
    await tellRequirements(news);
    if (!patched('told-anew')) told = known;
  } while (!historyIsLong() || stirred);
  await condition(allHandlersFinished);
  await continueAsNew<typeof promises>({ claims, offerings, told });
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}

function servedBy(claims: Readonly<Record<string, Claim>>, key: string): string | undefined {
  return Object.values(claims).find(({ api }) => api !== undefined && apiKey(api.group, api.kind) === key)?.promise;
}

function rivalOf(claims: Readonly<Record<string, Claim>>, { promise, api }: Claim): string | undefined {
  const holder = api === undefined ? undefined : servedBy(claims, apiKey(api.group, api.kind));
  return holder === promise ? undefined : holder;
}
