import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';
import type { EntityClient } from '../../activities/entityClient.js';
import { entityClient } from '../../activities/entityClient.js';
import { reason } from '../domain/failure.js';
import type { ArtifactConfiguration } from '../worker/artifactConfiguration.js';
import { workerConfiguration } from '../worker/configuration.js';
import { CommandFailure } from './exit.js';

export interface Platform {
  readonly client: Client;
  readonly entities: EntityClient;
  readonly taskQueue: string;
  readonly artifacts: ArtifactConfiguration;
  readonly address: string;
}

/** Connects as `temporal` does: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, profiles (Temporal's environment configuration). */
export async function withPlatform<T>(work: (platform: Platform) => Promise<T>): Promise<T> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await Connection.connect(connectionOptions).catch((cause: unknown) => {
    const message = `Temporal does not answer at ${address} (${reason(cause)}); start \`fulfil dev\` or set TEMPORAL_ADDRESS`;
    throw new CommandFailure(message, 1);
  });
  try {
    const client = new Client({ connection, namespace });
    const { taskQueue, artifacts } = workerConfiguration(process.env);
    return await work({ client, entities: entityClient(client, taskQueue), taskQueue, artifacts, address });
  } finally {
    await connection.close();
  }
}

/** Without a worker nothing would ever answer: better to say so than to wait. */
export async function requireWorker({ client, taskQueue }: Platform): Promise<void> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  if (pollers.length > 0) return;
  throw new CommandFailure(
    `no worker listens on task queue ${taskQueue}; start \`fulfil dev\` or \`fulfil worker\``,
    1,
  );
}
