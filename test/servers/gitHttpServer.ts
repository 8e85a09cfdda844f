import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './testCertificate.js';

/** How the server treats pushes (and, for `error` and `hang`, everything). */
export type Behaviour = 'serve' | 'error' | 'hang' | 'dieBeforePush' | 'dieAfterPush' | 'redirect';

export interface GitHttpServer {
  /** `http://127.0.0.1:40123` */
  readonly origin: string;
  /** `POST /state.git/git-receive-pack` of each request that came, in order. */
  readonly requests: string[];
  behaviour: Behaviour;
  password: string;
  /** Requests wait from now on, until they are let go. */
  hold(): void;
  letGo(): void;
  close(): Promise<void>;
}

/** git's own http-backend behind a small server with basic authentication, which can also be made to fail. */
export async function gitHttpServer(root: string, certificate?: TestCertificate): Promise<GitHttpServer> {
  const state = { behaviour: 'serve' as Behaviour, password: 'correct-horse', requests: [] as string[] };
  let held: (() => void)[] | undefined;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://server');
    state.requests.push(`${request.method ?? ''} ${url.pathname}`);
    if (held === undefined) serve(request, response, url);
    else held.push(() => serve(request, response, url));
  };
  const serve = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    if (state.behaviour === 'hang') return;
    if (state.behaviour === 'error') {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('the disk is on fire');
      return;
    }
    const expected = `Basic ${Buffer.from(`fulfil:${state.password}`).toString('base64')}`;
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('bad credentials');
      return;
    }
    if (state.behaviour === 'redirect' && url.pathname.startsWith('/old/')) {
      response.writeHead(301, { location: `/state.git${url.pathname.slice('/old'.length)}${url.search}` }).end();
      return;
    }
    const push = request.method === 'POST' && url.pathname.endsWith('/git-receive-pack');
    if (push && state.behaviour === 'dieBeforePush') {
      request.once('data', () => request.socket.destroy());
      return;
    }
    backend(root, request, response, url, push && state.behaviour === 'dieAfterPush');
  };
  const server =
    certificate === undefined
      ? http.createServer(answer)
      : https.createServer({ key: certificate.key, cert: certificate.certificate }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    hold() {
      held = [];
    },
    letGo() {
      const waiting = held ?? [];
      held = undefined;
      for (const go of waiting) go();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** One CGI call. `swallow`: the work is done and the answer never comes. */
function backend(root: string, request: IncomingMessage, response: ServerResponse, url: URL, swallow: boolean): void {
  const env = {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    REMOTE_USER: 'fulfil',
    REQUEST_METHOD: request.method,
    PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    if (swallow) {
      request.socket.destroy();
      return;
    }
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = output
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.statusCode = Number.parseInt(headers.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
    response.end(output.subarray(end + 4));
  });
}
