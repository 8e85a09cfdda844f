import { Failure } from '../../src/domain/failure.js';
import type { Cluster } from './cluster.js';
import { lines } from './lines.js';
import { query } from './paths.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** What is followed, from which version on, and for how long at most. */
export interface Watch {
  /** Of the collection. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly seconds: number;
}

/** The server ends a watch in time; one that has not by then is frozen, or is behind a proxy that has lost it. */
const endMillis = 30_000;

/**
 * The events of a watch until the server ends it, as it is asked to after `seconds`. One that does not, although its
 * connection stands, would leave us without news for ever.
 */
export async function* watchEvents(
  cluster: Cluster,
  { path, parameters, seconds }: Watch,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const asked = query({ ...parameters, watch: 'true', timeoutSeconds: String(seconds) });
  const over = new AbortController();
  const stop = () => over.abort(signal.reason);
  const timer = setTimeout(() => over.abort(), seconds * 1000 + endMillis);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const line of lines(await cluster.stream(`${path}${asked}`, over.signal)))
      yield JSON.parse(line) as WatchEvent;
  } catch (thrown) {
    if (!over.signal.aborted || signal.aborted) throw thrown;
    const message = `the API server says nothing to the watch of ${path}, which is begun anew`;
    throw new Failure('ClusterUnavailable', message, true, { cause: thrown });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
