import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Failure } from '../src/domain/failure.js';
import { called } from './temporalCalls.js';

/**
 * Digests of everything that a workflow which runs may ask for, workflow by workflow, some of them twice. Whatever an
 * entity, a run or an operation knows came to it through its history, and is carried on by the first event of the next.
 * Fails when a history cannot be read: what is not known to be needed would be removed.
 */
export async function* neededDigests(client: Client, taskQueue: string): AsyncIterable<readonly string[]> {
  const query = `ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue}'`;
  const running = client.workflow.list({ query })[Symbol.asyncIterator]();
  for (;;) {
    const next = await called(() => running.next());
    if (next.done === true) return;
    yield await digestsOf(client, next.value);
  }
}

async function digestsOf(client: Client, { workflowId }: WorkflowExecutionInfo): Promise<readonly string[]> {
  // The newest of this id: it may have gone on as new since it was listed.
  const handle = client.workflow.getHandle(workflowId);
  try {
    return digestsIn(await called(() => handle.fetchHistory()), workflowId);
  } catch (thrown) {
    if (thrown instanceof WorkflowNotFoundError) return [];
    throw thrown;
  }
}

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
