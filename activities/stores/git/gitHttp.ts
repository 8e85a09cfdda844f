import type http from 'node:http';
import type { HttpClient } from 'isomorphic-git';
import { HttpRedirect } from './httpRedirect.js';
import type { HttpAnswer, HttpRequest } from '../httpRequest.js';
import { httpRequest } from '../httpRequest.js';

export interface GitHttpOptions {
  readonly signal: AbortSignal;
  readonly agent: http.Agent;
  readonly caCert?: string;
  readonly silenceMs: number;
}

export interface GitHttp {
  send(request: HttpRequest, maximumBytes?: number): Promise<HttpAnswer>;
  /** The same for isomorphic-git. */
  client(maximumBytes?: number): HttpClient;
}

// Git itself follows a chain of 20; servers that add `.git` or a slash need one, two with a rename.
const mostRedirects = 3;

/**
 * HTTP for one use of a remote. Like git, it follows redirects of the first request only and remembers where the
 * repository went; unlike git, never to another host, so that a credential stays with whom it was meant for.
 */
export function gitHttp(base: string, options: GitHttpOptions): GitHttp {
  let moved = base;

  async function send(request: HttpRequest, maximumBytes?: number): Promise<HttpAnswer> {
    let url = `${moved}${request.url.slice(base.length)}`;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await httpRequest(
        { ...request, url },
        { ...options, ...(maximumBytes === undefined ? {} : { maximumBytes }) },
      );
      const target = redirectTarget(answer);
      if (target === undefined) return answer;
      const tail = request.url.slice(base.length);
      if (new URL(target).origin !== new URL(base).origin || !target.endsWith(tail) || redirects >= mostRedirects) {
        throw new HttpRedirect(new URL(target));
      }
      moved = target.slice(0, -tail.length);
      url = target;
    }
  }

  return {
    send,
    client: (maximumBytes) => ({
      async request({ url, method = 'GET', headers = {}, body }) {
        const sent = body === undefined ? {} : { body: await collect(body) };
        const answer = await send({ url, method, headers, ...sent }, maximumBytes);
        return {
          url: answer.url,
          method,
          headers: { ...answer.headers },
          body: once(answer.body),
          statusCode: answer.status,
          statusMessage: answer.statusText,
        };
      },
    }),
  };
}

function redirectTarget(answer: HttpAnswer): string | undefined {
  const location = answer.headers.location;
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return undefined;
  return new URL(location, answer.url).href;
}

function once(body: Buffer): AsyncIterableIterator<Uint8Array> {
  const parts: Uint8Array[] = [body];
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next: () => {
      const value = parts.pop();
      return Promise.resolve(value === undefined ? { done: true, value } : { done: false, value });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** isomorphic-git hands over arrays where its types promise asynchronous iterators. */
async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
