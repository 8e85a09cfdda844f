import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { Failure } from '../src/domain/failure.js';
import { called } from './temporalCalls.js';

/**
 * Digests of everything that a workflow which runs may ask for, workflow by workflow, some of them twice. Whatever an
 * entity, a run or an operation knows came to it through its history, and is carried on by the first event of the next.
 * Fails when a history cannot be read: what is not known to be needed would be removed.
 */
export async function* neededDigests(client: Client, taskQueue: string): AsyncIterable<readonly string[]> {
  // One that somebody paused is neither running nor at its end.
  const query = `ExecutionStatus NOT IN (${ends}) AND TaskQueue = '${taskQueue}'`;
  // All of them first: one that goes on as new may change its page.
  const open = new Set<string>();
  await called(async () => {
    for await (const { workflowId } of client.workflow.list({ query })) open.add(workflowId);
  });
  for (const workflowId of open) yield await digestsOf(client, workflowId);
}

const ends = "'Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut'";

async function digestsOf(client: Client, workflowId: string): Promise<readonly string[]> {
  // The newest of this id: it may have gone on as new since it was listed.
  const handle = client.workflow.getHandle(workflowId);
  const history = await called(() => handle.fetchHistory().catch(unlessGone));
  if (history === undefined) return [];
  // The first event is always there, unless the server sends histories in a form that the client does not read.
  if ((history.events ?? []).length === 0) {
    throw new Failure('HistoryUnreadable', `the history of ${workflowId} came without events`, false);
  }
  return digestsIn(history, workflowId);
}

/** What is listed may be gone by now. */
function unlessGone(thrown: unknown): undefined {
  const code: number | undefined = isGrpcServiceError(thrown) ? thrown.code : undefined;
  if (code === notFound) return undefined;
  throw thrown;
}

/** gRPC's NOT_FOUND. */
const notFound = 5;

const digests = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/** Everything in a history that looks like a digest. */
function digestsIn(part: unknown, workflowId: string): readonly string[] {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('latin1').match(digests) ?? [];
  if (typeof part === 'string') return part.match(digests) ?? [];
  if (typeof part !== 'object' || part === null) return [];
  refuseEncoded(part, workflowId);
  return Object.values(part).flatMap((inner) => digestsIn(inner, workflowId));
}

/** A payload that a codec has changed could hide a digest. */
function refuseEncoded(part: object, workflowId: string): void {
  const metadata: unknown = 'metadata' in part ? part.metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('encoding' in metadata)) return;
  const { encoding } = metadata;
  const name = encoding instanceof Uint8Array ? Buffer.from(encoding).toString('utf8') : String(encoding);
  if (/^(json|binary)\/(plain|null|protobuf)$/.test(name)) return;
  const message = `the history of ${workflowId} has a payload in ${name}, in which no artifact can be looked for`;
  throw new Failure('HistoryUnreadable', message, false);
}
