import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** Both ends of one stream: the child gets `write` as its stdout and its stderr, the parent reads `read`. */
export interface JoinedOutput {
  readonly write: Socket;
  readonly read: Socket;
}

/**
 * Two pipes would lose which line came first as soon as the worker is busy; Node opens no pipe of its own, so a local
 * socket serves. The engine itself reads the container's two streams apart: lines of one instant may still swap.
 */
export async function joinedOutput(folder: string): Promise<JoinedOutput> {
  const path = join(folder, 'output');
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  try {
    server.listen(path);
    await once(server, 'listening');
    const write = connect(path);
    await once(write, 'connect');
    return { write, read: await accepted };
  } finally {
    server.close();
  }
}
