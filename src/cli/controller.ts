import { setMaxListeners } from 'node:events';
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { entityClient } from '../../activities/entityClient.js';
import { openCluster } from '../../activities/kubernetes/cluster.js';
import { clusterSecrets } from '../../activities/secrets/clusterSecrets.js';
import { controllerConfiguration } from '../kubernetes/controllerConfiguration.js';
import { serveProbes } from '../server/probes.js';
import { followConfiguration } from '../kubernetes/followedConfiguration.js';
import { leveledLog } from '../kubernetes/leveledLog.js';
import { runController } from '../kubernetes/runController.js';
import type { Webhook } from '../kubernetes/webhook.js';
import { serveWebhook } from '../kubernetes/webhook.js';
import { workerConfiguration } from '../worker/configuration.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import { remark } from './print.js';
import { reachTemporal } from './reachTemporal.js';
import { installRuntime, stopAsked } from './runWorker.js';

/** `fulfil controller`: a cluster's objects become wishes, and what becomes of them is shown in the cluster. */
export async function controller(): Promise<ExitCode> {
  const configuration = controllerConfiguration(process.env);
  const { artifacts: place, taskQueue } = workerConfiguration(process.env);
  const stop = new AbortController();
  // Every watch listens to it.
  setMaxListeners(0, stop.signal);
  void stopAsked().then(() => stop.abort());
  const cluster = await openCluster();
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  // Before anything that may have to wait: a controller without Temporal is to be left waiting, not killed.
  const closeProbes =
    configuration.probePort === undefined ? undefined : await serveProbes(configuration.probePort, () => true);
  const connection = await reachTemporal(connectionOptions, stop.signal);
  if (connection === undefined) {
    await closeProbes?.();
    return exitCodes.done;
  }
  // From now on: a runtime that never had a connection would keep the process alive.
  installRuntime();
  const native = await NativeConnection.connect(connectionOptions);
  const artifacts = await openArtifacts(place);
  const client = new Client({ connection, namespace });
  const say = leveledLog(remark, () => platform.current());
  const { namespace: system } = configuration;
  const platform = followConfiguration({ cluster, namespace: system, say }, stop.signal);
  const webhook = configuration.webhookPort === undefined ? undefined : await webhookAt(configuration.webhookPort);
  say(`controller ${configuration.identity} stands by`);
  try {
    const parts = { configuration, cluster, client, connection: native, artifacts, taskQueue, platform, say };
    await runController(parts, stop.signal);
  } finally {
    await webhook?.close();
    await closeProbes?.();
    await native.close();
    await connection.close();
  }
  return exitCodes.done;

  function webhookAt(port: number): Promise<Webhook> {
    const service = `fulfil-webhook.${system}.svc`;
    const entities = entityClient(client, taskQueue);
    const secrets = clusterSecrets(cluster);
    return serveWebhook({ cluster, entities, secrets, namespace: system, hosts: [service], port, say });
  }
}
