import http from 'node:http';
import https from 'node:https';
import { Client, IamAwsProvider } from 'minio';
import type { BucketStateStore } from '../../../src/domain/stateStore.js';
import type { SecretSource } from '../../secrets/secretSource.js';
import { secretLine } from '../../secrets/secretValue.js';
import { storeMisconfigured } from '../storeFailure.js';

export interface BucketConnection {
  readonly client: Client;
  /** What no message may contain. */
  readonly secrets: readonly string[];
  close(): void;
}

export interface BucketUse {
  readonly signal: AbortSignal;
  /** Without a byte in this time the server counts as hanging. */
  readonly silenceMs: number;
  /** Of the bucket, when it is known already: minio's client asks for it once for each client. */
  readonly region?: string;
}

/** A client for one use, with the credentials of this moment (reference, section 6.3; `caCert` is ours). */
export async function connectBucket(
  store: BucketStateStore,
  secrets: SecretSource,
  use: BucketUse,
): Promise<BucketConnection> {
  const access = await bucketAccess(store, secrets);
  const secure = !store.insecure;
  const trust = access.caCert === undefined ? {} : { ca: access.caCert };
  const agent = secure ? new https.Agent({ keepAlive: true, ...trust }) : new http.Agent({ keepAlive: true });
  const { host, port } = bucketEndpoint(store, use.region);
  const client = new Client({
    endPoint: host,
    ...(port === undefined ? {} : { port }),
    useSSL: secure,
    ...access.credentials,
    ...(use.region === undefined ? {} : { region: use.region }),
    transport: { request: limitedRequest(secure, use) },
    transportAgent: agent,
    // Whoever asks for the write repeats it, and says so in one place.
    retryOptions: { disableRetry: true },
  });
  return { client, secrets: access.secrets, close: () => agent.destroy() };
}

interface BucketAccess {
  readonly credentials: { accessKey: string; secretKey: string } | { credentialsProvider: IamAwsProvider };
  readonly caCert?: string;
  readonly secrets: readonly string[];
}

async function bucketAccess(store: BucketStateStore, secrets: SecretSource): Promise<BucketAccess> {
  const reference = store.secretRef;
  if (store.authMethod === 'IAM') return { credentials: { credentialsProvider: new IamAwsProvider({}) }, secrets: [] };
  if (reference === undefined) {
    throw storeMisconfigured(store, 'secretRef is needed for authentication method accessKey');
  }
  const values = await secrets(reference);
  const accessKey = secretLine(reference, values, 'accessKeyID');
  const secretKey = secretLine(reference, values, 'secretAccessKey');
  const trust = values.caCert === undefined ? {} : { caCert: values.caCert };
  return { credentials: { accessKey, secretKey }, ...trust, secrets: [accessKey, secretKey] };
}

/** `host[:port]` without a scheme; dual stack has a meaning at Amazon only, and a host of its own in each region. */
export function bucketEndpoint(
  store: BucketStateStore,
  region?: string,
): { readonly host: string; readonly port?: number } {
  const match = /^(\[[\da-f:]+\]|[^:/\s]+)(?::(\d{1,5}))?$/i.exec(store.endpoint);
  const [, host, port] = match ?? [];
  if (host === undefined)
    throw storeMisconfigured(store, `endpoint "${store.endpoint}" is not host[:port] without a scheme`);
  const plain = host.replace(/^\[|\]$/g, '');
  const amazon = /^s3(?:[.-]([a-z]+(?:-[a-z]+)+-\d))?\.amazonaws\.com$/.exec(plain);
  const place = amazon?.[1] ?? region;
  if (store.useDualStack && amazon !== null && place !== undefined)
    return { host: `s3.dualstack.${place}.amazonaws.com` };
  return port === undefined ? { host: plain } : { host: plain, port: Number(port) };
}

/** minio's client knows neither abort signals nor timeouts; the requests that it makes do. */
export function limitedRequest(
  secure: boolean,
  { signal, silenceMs }: Pick<BucketUse, 'signal' | 'silenceMs'>,
): typeof http.request {
  const original = (secure ? https : http).request as (
    options: https.RequestOptions,
    answered?: Answered,
  ) => http.ClientRequest;
  const request = (options: https.RequestOptions, answered?: Answered): http.ClientRequest => {
    const sent = original({ ...options, signal }, answered);
    sent.setTimeout(silenceMs, () => sent.destroy(new Error(`no answer for ${Math.round(silenceMs / 1000)} s`)));
    return sent;
  };
  return request as typeof http.request;
}

type Answered = (response: http.IncomingMessage) => void;
