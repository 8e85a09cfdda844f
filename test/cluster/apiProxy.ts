import { readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { dump, load } from 'js-yaml';

/** A way to an API server that a test can take away while it keeps its own. */
export interface ApiProxy {
  /** Leads here. */
  readonly kubeconfig: string;
  /** Breaks every connection that there is; new ones are welcome. */
  cut(): void;
  /** From now on connections are refused, and the old ones are cut. */
  refuse(): void;
  /** From now on nothing passes in either direction, and no connection says so. */
  silence(): void;
  open(): void;
  stop(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: { cluster: { server: string } }[];
}

/** For an API server that listens on loopback ({@link startApiServer}): its certificate is good for our address too. */
export async function startApiProxy(kubeconfig: string): Promise<ApiProxy> {
  const config = load(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [entry] = config.clusters;
  if (entry === undefined) throw new Error(`${kubeconfig} names no cluster`);
  const { hostname, port } = new URL(entry.cluster.server);
  let mode: 'open' | 'refuse' | 'silence' = 'open';
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    if (mode === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('data', (chunk) => mode !== 'silence' && other.write(chunk));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: listening } = server.address() as AddressInfo;
  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy());
  entry.cluster.server = `https://127.0.0.1:${listening}`;
  const proxied = `${kubeconfig}-proxy-${listening}`;
  await writeFile(proxied, dump(config), { mode: 0o600 });
  return {
    kubeconfig: proxied,
    cut,
    refuse() {
      mode = 'refuse';
      cut();
    },
    silence() {
      mode = 'silence';
    },
    open() {
      // What was swallowed is missing in the middle of a stream: such connections are of no use any more.
      if (mode === 'silence') cut();
      mode = 'open';
    },
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(proxied, { force: true });
    },
  };
}
