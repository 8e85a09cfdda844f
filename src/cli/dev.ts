import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { DevServer } from '../server/devServer.js';
import { findServer, startDevServer } from '../server/devServer.js';
import { freePort } from '../server/freePort.js';
import { serveProbes } from '../server/probes.js';
import { temporalBinary } from '../setup/temporalBinary.js';
import { homeLayout, workerConfiguration } from '../worker/configuration.js';
import type { ExitCode } from './exit.js';
import { CommandFailure, exitCodes } from './exit.js';
import { remark } from './print.js';
import { installRuntime, runUntilStopped, startWorker } from './runWorker.js';

export interface DevOptions {
  readonly port: number;
  readonly uiPort: number;
}

/** `fulfil dev`: Temporal's development server with its Web UI, and a worker, in one terminal. */
export async function dev({ port, uiPort }: DevOptions): Promise<ExitCode> {
  const { home, taskQueue } = workerConfiguration(process.env);
  installRuntime();
  const server = await serverAt(port, uiPort, homeLayout(home).database);
  try {
    const worker = await startWorker({ connectionOptions: { address: server.address }, namespace: 'default' });
    remark(`Temporal   ${server.address}`);
    remark(`Web UI     ${server.uiAddress}`);
    remark(`worker     ready on task queue ${taskQueue}`);
    await runUntilStopped(worker, server.ended);
  } finally {
    await server.stop();
  }
  return exitCodes.done;
}

/** Starts a server, unless Temporal answers there already; another program on the port is an error that says so. */
async function serverAt(port: number, uiPort: number, database: string): Promise<DevServer> {
  const address = `127.0.0.1:${port}`;
  if ((await freePort(port)) === port) {
    const executable = await temporalBinary(remark);
    const server = await startDevServer({ executable, port, uiPort, database });
    remark(`server     started; its state is kept in ${database}`);
    return server;
  }
  const running = await findServer(address, `http://localhost:${uiPort}`);
  if (running === undefined) {
    throw new CommandFailure(
      `port ${port} is taken by something that is not Temporal; choose another with --port`,
      exitCodes.failed,
    );
  }
  remark(`server     Temporal runs at ${address} already: it is used, and left running at the end`);
  return running;
}

/** `fulfil worker`: a worker for the Temporal that the environment names. */
export async function worker(): Promise<ExitCode> {
  installRuntime();
  const connect = loadClientConnectConfig();
  const started = await startWorker(connect);
  const { taskQueue, probePort } = workerConfiguration(process.env);
  const closeProbes = probePort === undefined ? undefined : await serveProbes(probePort, () => started.isReady());
  remark(`worker ready on task queue ${taskQueue}`);
  await runUntilStopped(started);
  await closeProbes?.();
  return exitCodes.done;
}
