import { createServer } from 'node:http';

/** `/healthz` while the process works, `/readyz` when it leads or stands by. */
export async function serveProbes(port: number, isReady: () => boolean): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const known = request.url === '/healthz' || request.url === '/readyz';
    const good = request.url === '/healthz' || isReady();
    response.writeHead(known ? (good ? 200 : 503) : 404).end(known ? (good ? 'ok' : 'not yet') : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}
