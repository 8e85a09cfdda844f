import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A way to a server that a test can take away while the server stays. */
export interface TcpProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Breaks every connection that there is; new ones are welcome. */
  cut(): void;
  /** From now on connections are refused, and the old ones are cut. */
  refuse(): void;
  /** From now on nothing passes in either direction, and no connection says so. */
  silence(): void;
  open(): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  let mode: 'open' | 'refuse' | 'silence' = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (mode === 'refuse') return void client.resetAndDestroy();
    const upstream = connect(port, host);
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
  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    port: (server.address() as AddressInfo).port,
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
    },
  };
}
