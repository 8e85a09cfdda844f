import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type proto from '@temporalio/proto';
import { lastingAttempt } from '../domain/lastingAttempt.js';

type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;

/** A step that does not get on. */
export interface Trouble {
  /** The activity's name, `runStage`. */
  readonly step: string;
  /** Which attempt is under way, or will be next. */
  readonly attempt: number;
  /** What the last attempt failed of, or what the one under way has to say. */
  readonly why: string;
  /** It is more than a passing trouble. */
  readonly lasts: boolean;
}

/** Why steps of a workflow are repeated or wait; nothing of those that simply run, or when there is no such workflow. */
export async function troublesOf(client: Client, workflowId: string): Promise<readonly Trouble[]> {
  const description = await client.workflow.getHandle(workflowId).describe().catch(unlessGone);
  return (description?.raw.pendingActivities ?? []).flatMap((activity) => {
    const { activityType, lastFailure } = activity;
    const attempt = activity.attempt ?? 1;
    const told = toldBy(activity) ?? notTaken(activity);
    const why = told ?? lastFailure?.message ?? '';
    const lasts = told !== undefined || attempt >= lastingAttempt;
    return why === '' ? [] : [{ step: activityType?.name ?? '', attempt, why, lasts }];
  });
}

/** What `fulfil describe` says of them; nothing when there are none. */
export function troubleLines(troubles: readonly Trouble[]): string[] {
  const each = troubles.map(({ step, attempt, why }) => `  ${step}, attempt ${attempt}: ${why}`);
  return each.length === 0 ? [] : ['Held up:', ...each];
}

/** Temporal has no subscription to a query; twice a second is as fast as people read. */
export const pollMillis = 500;

/** Tells what does not get on in a workflow, once for each reason, however often it is asked for. */
export function troubleTeller(client: Client, tell: (why: string) => void): (workflowId: string) => Promise<void> {
  const told = new Set<string>();
  return async (workflowId) => {
    // Whoever waits for the workflow itself hears when Temporal is away.
    for (const { lasts, why } of await troublesOf(client, workflowId).catch(() => [])) {
      if (!lasts || told.has(why)) continue;
      told.add(why);
      tell(why);
    }
  };
}

/** Tells it from half a second on until the signal. */
export async function watchTroubles(
  client: Client,
  workflowId: string,
  tell: (why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tellTroubles = troubleTeller(client, tell);
  for (;;) {
    await setTimeout(pollMillis, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await tellTroubles(workflowId);
  }
}

function unlessGone(thrown: unknown): undefined {
  if (!(thrown instanceof WorkflowNotFoundError)) throw thrown;
  return undefined;
}

/** Workers that are all at work take what is next within seconds; after a minute something is in the way. */
const longWaitMillis = 60_000;

/** Of what has not been begun at all there is nothing else to be told. */
function notTaken({ attempt, lastStartedTime, scheduledTime }: PendingActivity): string | undefined {
  if ((attempt ?? 1) > 1 || lastStartedTime != null || scheduledTime == null) return undefined;
  const seconds = Math.round((Date.now() - Number(scheduledTime.seconds) * 1000) / 1000);
  if (seconds * 1000 < longWaitMillis) return undefined;
  return `no worker has had a place for it yet, for ${Math.floor(seconds / 60)} min`;
}

/** Activities tell one line with their heartbeats (`activities/classified.ts`). */
function toldBy({ heartbeatDetails }: PendingActivity): string | undefined {
  const [payload] = heartbeatDetails?.payloads ?? [];
  const told: unknown = payload && defaultPayloadConverter.fromPayload(payload);
  return typeof told === 'string' ? told : undefined;
}
