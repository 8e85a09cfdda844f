import http from 'node:http';
import https from 'node:https';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpOptions {
  readonly signal: AbortSignal;
  readonly agent?: http.Agent;
  /** Certificates to trust instead of the system's, in PEM. */
  readonly caCert?: string;
  /** Without a byte in this time the server counts as hanging. */
  readonly silenceMs: number;
  readonly maximumBytes?: number;
}

/** Thrown when an answer grows past `maximumBytes`; the rest is not read. */
export class AnswerTooLarge extends Error {}

/** One request, the whole answer in memory; certificates are verified, redirects are the caller's business. */
export function httpRequest(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const secure = request.url.startsWith('https:');
  const settings: https.RequestOptions = {
    method: request.method,
    headers: { ...request.headers, 'content-length': request.body?.length ?? 0 },
    signal: options.signal,
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...(options.caCert === undefined ? {} : { ca: options.caCert }),
  };
  return new Promise((resolve, reject) => {
    const sent = (secure ? https : http).request(request.url, settings, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > (options.maximumBytes ?? Infinity)) sent.destroy(new AnswerTooLarge(`more than ${size} bytes`));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (!response.complete)
          return reject(new Error('the server closed the connection in the middle of its answer'));
        resolve({
          url: request.url,
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: plainHeaders(response.headers),
          body: Buffer.concat(chunks),
        });
      });
    });
    sent.on('error', reject);
    sent.setTimeout(options.silenceMs, () => {
      sent.destroy(new Error(`no answer for ${Math.round(options.silenceMs / 1000)} s`));
    });
    sent.end(request.body);
  });
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Record<string, string>;
}
