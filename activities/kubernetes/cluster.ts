import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { errorCode } from '../stores/errorCode.js';
import { clusterFailure, unreachable } from './clusterFailure.js';

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
  readonly contentType?: 'application/json' | 'application/merge-patch+json' | 'application/apply-patch+yaml';
}

/** An API server answers in milliseconds, and one that restarts refuses connections at once: this long, it hangs. */
const answerMillis = 30_000;
/** Client certificates rotate, so a connection's credentials are read anew now and then. */
const agentMillis = 5 * 60_000;
/** A peer that vanished without a word is noticed by the kernel's probes, which begin after this much silence. */
const probeMillis = 15_000;

/** The cluster of the kubeconfig or, in a pod, of its service account. The library is loaded here: it takes a second. */
export async function openCluster(kubeconfig?: string): Promise<Cluster> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  return clusterOf(config);
}

async function clusterOf(config: KubeConfig): Promise<Cluster> {
  const server = new URL(config.getCurrentCluster()?.server ?? 'https://kubeconfig-without-a-cluster');
  const { request } = server.protocol === 'http:' ? await import('node:http') : await import('node:https');
  const credentials = keptCredentials(config);

  async function send(
    method: Method,
    path: string,
    signal: AbortSignal,
    options: AskOptions,
  ): Promise<IncomingMessage> {
    const { headers, ...rest } = await credentials();
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const content = body !== undefined && {
      'content-type': options.contentType ?? 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    };
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        ...rest,
        method,
        signal,
        headers: { ...(headers as OutgoingHttpHeaders), ...content },
      });
      asked.on('response', resolve).on('error', reject);
      asked.on('socket', (socket) => socket.setKeepAlive(true, probeMillis));
      asked.end(body);
    });
  }

  /** A kept connection may be closed by the other side at the moment of its use: that request is sent once more. */
  async function answered(method: Method, path: string, signal: AbortSignal, options: AskOptions = {}) {
    const response = await send(method, path, signal, options).catch((thrown: unknown) => {
      if (errorCode(thrown) !== 'ECONNRESET') throw thrown;
      return send(method, path, signal, options);
    });
    const status = response.statusCode ?? 0;
    if (status >= 300) throw clusterFailure(status, await textOf(response), `${method} ${path}`);
    return response;
  }

  return {
    async ask(method, path, options) {
      try {
        const text = await textOf(await answered(method, path, AbortSignal.timeout(answerMillis), options));
        return text === '' ? undefined : (JSON.parse(text) as unknown);
      } catch (thrown) {
        throw unreachable(thrown, server.host);
      }
    },
    async stream(path, signal) {
      return answered('GET', path, signal).catch((thrown: unknown) => {
        throw signal.aborted ? thrown : unreachable(thrown, server.host);
      });
    },
  };
}

/** The library's headers for each request, and one agent that keeps its connections where it would make a new one. */
function keptCredentials(config: KubeConfig): () => Promise<RequestOptions> {
  let agent: RequestOptions['agent'];
  let since = -Infinity;
  return async () => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    if (performance.now() - since > agentMillis) {
      agent = typeof options.agent === 'object' ? Object.assign(options.agent, { keepAlive: true }) : options.agent;
      // Every watch has a connection of its own: certificates are parsed once for all of them.
      if (agent instanceof Agent) agent.options.secureContext = createSecureContext(agent.options);
      since = performance.now();
    }
    return { headers: options.headers, auth: options.auth, agent };
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
