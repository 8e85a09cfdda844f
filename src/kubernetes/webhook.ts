import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { reason } from '../domain/failure.js';
import type { AdmissionParts } from './admissionChecks.js';
import { review } from './admissionReview.js';
import type { Say } from './leveledLog.js';
import type { CertificatePlace } from './webhookCertificate.js';
import { webhookCertificate } from './webhookCertificate.js';

export interface WebhookOptions extends AdmissionParts, CertificatePlace {
  /** 0 for any. */
  readonly port: number;
  readonly say: Say;
}

/** Twice an object's limit in etcd: a question has the object as it is and as it was. */
const largestQuestion = 4 * 1024 * 1024;
/** Somebody may have removed the Secret or installed the webhook's configuration anew; renewal itself has a month. */
const lookMillis = 60_000;

export interface Webhook {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers the API server over https, in every controller, whoever leads. */
export async function serveWebhook(options: WebhookOptions): Promise<Webhook> {
  const { say, port } = options;
  let { certificate, key } = await webhookCertificate(options);
  const server = createServer({ cert: certificate, key }, (request, response) => {
    answer(options, request, response).catch((thrown: unknown) => {
      say(`webhook: ${reason(thrown)}`, 'warning');
      response.writeHead(500).end(reason(thrown));
    });
  });
  const looking = setInterval(() => {
    webhookCertificate(options).then(
      (now) => {
        if (now.certificate === certificate) return;
        ({ certificate, key } = now);
        server.setSecureContext({ cert: certificate, key });
      },
      (thrown: unknown) => say(`webhook's certificate: ${reason(thrown)}`, 'warning'),
    );
  }, lookMillis);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        clearInterval(looking);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(parts: AdmissionParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url?.split('?')[0] !== '/validate') {
    response.writeHead(404).end();
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestQuestion) throw new Error(`a question of more than ${largestQuestion} bytes`);
    chunks.push(chunk);
  }
  const verdict = await review(parts, JSON.parse(Buffer.concat(chunks).toString('utf8')));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verdict));
}
