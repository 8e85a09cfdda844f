import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import { clusterFailure, unreachable } from './clusterFailure.js';
import { lines } from './lines.js';

/**
 * The API server, in the JSON that it speaks. The client library's typed methods would drop every field that they do
 * not know, and a user's volumes and environment have to arrive as they were written; so it gives the credentials only.
 */
export interface Cluster {
  /** The answer's JSON; a Failure with the status code in its details for everything but 2xx. */
  ask(method: Method, path: string, options?: AskOptions): Promise<unknown>;
  /** The body of a 2xx answer as it comes, until it ends or the signal aborts. */
  stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface AskOptions {
  readonly body?: unknown;
  readonly contentType?: 'application/json' | 'application/merge-patch+json';
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** An API server answers in milliseconds; one that restarts refuses connections at once. This long, it hangs. */
const answerMillis = 30_000;
/** Client certificates rotate, so a connection's credentials are read anew now and then. */
const agentMillis = 5 * 60_000;

/** The cluster of the kubeconfig or, in a pod, of its service account. The library is loaded here: it takes a second. */
export async function openCluster(kubeconfig?: string): Promise<Cluster> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  return clusterOf(config);
}

export async function clusterOf(config: KubeConfig): Promise<Cluster> {
  const server = new URL(config.getCurrentCluster()?.server ?? 'https://no-cluster-in-the-kubeconfig');
  const { request } = server.protocol === 'http:' ? await import('node:http') : await import('node:https');
  let agent: RequestOptions['agent'];
  let agentSince = -Infinity;

  /** One agent that keeps its connections, where the library makes a new one with a new handshake for each request. */
  async function credentials(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    if (performance.now() - agentSince > agentMillis) {
      agent = typeof options.agent === 'object' ? Object.assign(options.agent, { keepAlive: true }) : options.agent;
      agentSince = performance.now();
    }
    return { headers: options.headers ?? {}, auth: options.auth, agent };
  }

  async function send(method: Method, path: string, signal: AbortSignal, options: AskOptions = {}) {
    const { headers, ...rest } = await credentials();
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const content = body && {
      'content-type': options.contentType ?? 'application/json',
      'content-length': String(body.length),
    };
    const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    const asked = request(url, { ...rest, method, signal, headers: { ...Object(headers), ...content } });
    asked.on('response', resolve).on('error', reject);
    // A peer that vanished without a word is noticed by the kernel's probes.
    asked.on('socket', (socket) => socket.setKeepAlive(true, 15_000));
    asked.end(body);
    return { asked, response: await promise };
  }

  /** A kept connection may be closed by the other side at the moment of its use: that request is sent once more. */
  async function sendAgain(...request: Parameters<typeof send>): ReturnType<typeof send> {
    return send(...request).catch((thrown: unknown) => {
      if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ECONNRESET') throw thrown;
      return send(...request);
    });
  }

  return {
    async ask(method, path, options) {
      const limit = AbortSignal.timeout(answerMillis);
      try {
        const { response } = await sendAgain(method, path, limit, options);
        const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString('utf8');
        const status = response.statusCode ?? 0;
        if (status >= 300) throw clusterFailure(status, text, `${method} ${path}`);
        return text === '' ? undefined : (JSON.parse(text) as unknown);
      } catch (thrown) {
        throw unreachable(thrown, server.host);
      }
    },
    async stream(path, signal) {
      try {
        const { response } = await sendAgain('GET', path, signal);
        const status = response.statusCode ?? 0;
        if (status < 300) return response as AsyncIterable<Buffer>;
        const text = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>)).toString('utf8');
        throw clusterFailure(status, text, `GET ${path}`);
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        throw unreachable(thrown, server.host);
      }
    },
  };
}

/** The events of a watch until the server ends it. */
export async function* watchEvents(cluster: Cluster, path: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  for await (const line of lines(await cluster.stream(path, signal))) yield JSON.parse(line) as WatchEvent;
}
