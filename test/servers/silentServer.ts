import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

export interface SilentServer {
  readonly endpoint: string;
  /** Resolves with the next request. */
  asked(): Promise<void>;
  close(): Promise<void>;
}

/** Takes every connection and never says a word. */
export async function silentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => waiting.splice(0).forEach((resolve) => resolve()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
