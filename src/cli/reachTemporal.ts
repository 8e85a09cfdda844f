import { Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { pause } from '../../activities/kubernetes/pause.js';
import { reason } from '../domain/failure.js';
import { remark } from './print.js';

export interface TemporalConnections {
  readonly connection: Connection;
  /** The workers'. */
  readonly native: NativeConnection;
}

/** Between two attempts, which themselves last as long as their deadline: a server that restarts is back by then. */
const retryMillis = 2_000;

/** Both connections, as soon as Temporal answers; undefined when the signal aborted before. */
export async function reachTemporal(
  connectionOptions: ClientConnectConfig['connectionOptions'],
  signal: AbortSignal,
): Promise<TemporalConnections | undefined> {
  const address = connectionOptions.address ?? 'localhost:7233';
  while (!signal.aborted) {
    try {
      const connection = await unlessAborted(Connection.connect(connectionOptions), signal);
      if (connection !== undefined) return { connection, native: await NativeConnection.connect(connectionOptions) };
    } catch (thrown) {
      remark(`Temporal does not answer at ${address} (TEMPORAL_ADDRESS): ${reason(thrown)}; tried again`);
      await pause(retryMillis, signal);
    }
  }
  return undefined;
}

/** An attempt has a deadline of its own, and who is to stop need not wait for it. */
async function unlessAborted(attempt: Promise<Connection>, signal: AbortSignal): Promise<Connection | undefined> {
  const over = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: over.signal });
  });
  const first = await Promise.race([attempt, aborted]).finally(() => over.abort());
  if (first === undefined) void attempt.then((late) => late.close()).catch(() => undefined);
  return first;
}
