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
import { serveWebhook } from '../kubernetes/webhook.js';
import { workerConfiguration } from '../worker/configuration.js';
import { openArtifacts } from '../worker/openArtifacts.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
import { remark } from './print.js';
import { reachTemporal } from './reachTemporal.js';
import { installRuntime } from './runWorker.js';
import { stopSignal } from './stopSignal.js';

/** `fulfil controller`: a cluster's objects become wishes, and what becomes of them is shown in the cluster. */
export async function controller(): Promise<ExitCode> {
  const configuration = controllerConfiguration(process.env);
  const { artifacts: place, taskQueue, metricsPort } = workerConfiguration(process.env);
  const { namespace: system, probePort, webhookPort } = configuration;
  const over = new AbortController();
  const stop = AbortSignal.any([stopSignal(), over.signal]);
  // Every watch listens to it.
  setMaxListeners(0, stop);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const cluster = await openCluster();
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    // Before anything that may have to wait: a controller without Temporal is to be left waiting, not killed.
    if (probePort !== undefined) closing.push(await serveProbes(probePort, () => true));
    const connection = await reachTemporal(connectionOptions, stop);
    if (connection === undefined) return exitCodes.done;
    closing.push(() => connection.close());
    // From now on: a runtime that never had a connection would keep the process alive.
    installRuntime(metricsPort);
    const native = await NativeConnection.connect(connectionOptions);
    closing.push(() => native.close());
    const artifacts = await openArtifacts(place);
    const client = new Client({ connection, namespace });
    const say = leveledLog(remark, () => platform.current());
    const platform = followConfiguration({ cluster, namespace: system, say }, stop);
    if (webhookPort !== undefined) {
      const hosts = [`fulfil-webhook.${system}.svc`];
      const entities = entityClient(client, taskQueue);
      const secrets = clusterSecrets(cluster);
      const asked = { cluster, entities, secrets, namespace: system, hosts, port: webhookPort, say };
      const webhook = await serveWebhook(asked);
      closing.push(() => webhook.close());
    }
    say(`controller ${configuration.identity} stands by`);
    const parts = { configuration, cluster, client, connection: native, artifacts, taskQueue, platform, say };
    await runController(parts, stop);
    return exitCodes.done;
  } finally {
    over.abort();
    for (const close of closing.toReversed()) await close();
  }
}
