import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Failure, reason } from '../../src/domain/failure.js';
import { isDigest } from '../artifacts/artifactDigest.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { takeSnapshot } from '../artifacts/snapshot.js';
import type { Cluster } from './cluster.js';
import { unless } from './clusterFailure.js';
import { secretsPath } from './paths.js';
import type { RunSecret } from './runSecret.js';
import { inputAnnotation } from './runSecret.js';
import { unpack } from './unpack.js';

export interface ReceiverOptions {
  readonly cluster: Cluster;
  readonly artifacts: ArtifactStore;
  /** For outputs on their way to the artifact store. */
  readonly scratch: string;
  readonly host: string;
  readonly port: number;
  /** With a key and a certificate, in PEM, pods speak https to it. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Sum of a pipeline's files. */
  readonly maxBytes?: number;
}

export interface ArtifactReceiver {
  readonly port: number;
  close(): Promise<void>;
}

/** Documents, charts and the odd archive; what is larger belongs into a store of its own. */
const defaultMaxBytes = 2 ** 30;
/** The largest output over a network of 2 MB/s; a pod that says nothing for longer than the timeouts is gone. */
const requestMillis = 10 * 60_000;
const headerMillis = 10_000;
/** Pods of one worker that send at once; the rest wait and try again. */
const maxConnections = 256;

/**
 * Where pods fetch their object and leave their outputs, so that neither passes through the API server or a log. It
 * keeps nothing: the token and the object's digest stand in the run's Secret, so the receiver of any worker will do.
 */
export async function startArtifactReceiver(options: ReceiverOptions): Promise<ArtifactReceiver> {
  const answer = (request: IncomingMessage, response: ServerResponse) => void serve(options, request, response);
  const limits = { requestTimeout: requestMillis, headersTimeout: headerMillis };
  const server: Server =
    options.tls === undefined
      ? createServer(limits, answer)
      : createSecureServer({ ...limits, ...options.tls }, answer);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Helpers try again elsewhere.
        server.closeAllConnections();
      }),
  };
}

async function serve(options: ReceiverOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const [code, body] = await answerTo(options, request);
    response.writeHead(code, { 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
  } catch (thrown) {
    response.writeHead(503, { connection: 'close' }).end(`${reason(thrown)}\n`);
  }
}

const route = /^\/runs\/([a-z0-9-]{1,63})\/([a-z0-9][a-z0-9.-]{0,252})\/(input|output)$/;

async function answerTo(options: ReceiverOptions, request: IncomingMessage): Promise<[number, Buffer | string]> {
  const [, namespace, name, what] = route.exec(request.url ?? '') ?? [];
  const expected = what === 'input' ? 'GET' : 'POST';
  if (namespace === undefined || name === undefined || request.method !== expected) return [404, 'no such path\n'];
  const digest = await inputOf(options.cluster, namespace, name, request.headers.authorization);
  if (digest === undefined) return [401, 'this is not the token of a run\n'];
  return what === 'input' ? [200, await options.artifacts.get(digest)] : keepOutput(options, request);
}

/** The run's input, for whoever shows the run's token. Runs that do not exist and tokens that are wrong look alike. */
async function inputOf(
  cluster: Cluster,
  namespace: string,
  name: string,
  authorization = '',
): Promise<string | undefined> {
  const found = (await cluster.ask('GET', secretsPath(namespace, name)).catch(unless(404))) as RunSecret | undefined;
  const token = Buffer.from(found?.data?.['token'] ?? '', 'base64').toString('utf8');
  const input = found?.metadata.annotations?.[inputAnnotation] ?? '';
  // Anybody who may make a Secret may have written it.
  return token !== '' && isSame(authorization, `Bearer ${token}`) && isDigest(input) ? input : undefined;
}

/** In constant time, lengths too. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** The answer is what the helper leaves as its termination message, where the stage's call finds it. */
async function keepOutput(
  { artifacts, scratch, maxBytes = defaultMaxBytes }: ReceiverOptions,
  request: IncomingMessage,
): Promise<[number, string]> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(scratch, 'output-'));
  try {
    await unpack(request, folder, maxBytes);
    const output = await takeSnapshot(artifacts, join(folder, 'output'));
    const metadata = await takeSnapshot(artifacts, join(folder, 'metadata'));
    return [200, `kept ${output} ${metadata}\n`];
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.retryable) throw thrown;
    return [422, `refused ${thrown.type} ${thrown.message}\n`];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
