import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './testCertificate.js';

export interface ReleaseServer {
  readonly url: string;
  /** What it answers to everybody who asks, by path. */
  readonly pages: Map<string, Page>;
  /** Of the requests so far, by path. */
  readonly asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

export interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Says the beginning and then nothing. */
  readonly hangs?: boolean;
}

/** A web server that publishes Promises. */
export async function releaseServer(tls?: TestCertificate): Promise<ReleaseServer> {
  const pages = new Map<string, Page>();
  const asked: ReleaseServer['asked'] = [];
  const server = tls === undefined ? createServer() : createSecureServer({ key: tls.key, cert: tls.certificate });
  server.on('request', (request, response) => {
    const path = request.url ?? '';
    asked.push({ path, headers: request.headers });
    const { status = 200, headers = {}, body = '', hangs = false } = pages.get(path) ?? { status: 404 };
    response.writeHead(status, headers);
    if (hangs) response.write(body);
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    pages,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
