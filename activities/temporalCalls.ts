import type { Client } from '@temporalio/client';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { Failure } from '../src/domain/failure.js';
import { registerSearchAttributes } from './searchAttributes.js';

/** A call that names why it was not answered: the client's own message says only which call it was. */
export async function called<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const why = serviceReason(thrown);
    if (why === undefined) throw thrown;
    throw new Failure('TemporalUnavailable', `Temporal: ${why}`, true, { cause: thrown });
  }
}

/**
 * A call that starts a workflow. A Temporal that was lost with its database knows none of our search attributes, and
 * starts nothing that has one: they are registered again, and whoever asked need not know.
 */
export async function calledStart<T>(client: Client, work: () => Promise<T>): Promise<T> {
  return called(async () => {
    try {
      return await work();
    } catch (thrown) {
      if (!unknownAttribute.test(serviceReason(thrown) ?? '')) throw thrown;
      await registerSearchAttributes(client.connection, client.options.namespace);
      return await work();
    }
  });
}

/** The server's words (its common/namespace, and common/searchattribute for Elasticsearch), with the name of ours. */
const unknownAttribute = /no mapping defined for search attribute|search attribute \S+ is not defined/;

/** Of some calls the client's message says why, of others the server's details do. */
function serviceReason(thrown: unknown): string | undefined {
  if (isGrpcServiceError(thrown)) return grpcReason(thrown);
  if (!(thrown instanceof ServiceError)) return undefined;
  const { message, cause } = thrown;
  return isGrpcServiceError(cause) ? `${message}: ${grpcReason(cause)}` : message;
}

/**
 * A message is `CODE: details`, except of an update with start: there it is what was wrong with one of the two, and the
 * details only say that something was.
 */
function grpcReason({ message, details }: { readonly message: string; readonly details: string }): string {
  return message.endsWith(details) ? details : message;
}
