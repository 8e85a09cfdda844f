import { Connection } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { pause } from '../../activities/kubernetes/pause.js';
import { reason } from '../domain/failure.js';
import { remark } from './print.js';

/** Between two attempts, which themselves last as long as their deadline: a server that restarts is back by then. */
const retryMillis = 2_000;

/** A connection, as soon as Temporal answers; undefined when the signal aborted before, after an attempt's ten seconds at most. */
export async function reachTemporal(
  connectionOptions: ClientConnectConfig['connectionOptions'],
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const address = connectionOptions.address ?? 'localhost:7233';
  while (!signal.aborted) {
    const connection = Connection.lazy(connectionOptions);
    try {
      await connection.ensureConnected();
      return connection;
    } catch (thrown) {
      await connection.close();
      if (signal.aborted) return undefined;
      remark(`Temporal does not answer at ${address} (TEMPORAL_ADDRESS): ${reason(thrown)}; tried again`);
      await pause(retryMillis, signal);
    }
  }
  return undefined;
}
