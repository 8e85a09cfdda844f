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
import type { StartedWorker } from './runWorker.js';
import { runUntilStopped, startWorker } from './runWorker.js';
import { stopSignal } from './stopSignal.js';

export interface DevOptions {
  readonly port: number;
  readonly uiPort: number;
}

/** `fulfil dev`: Temporal's development server with its Web UI, and a worker, in one terminal. */
export async function dev({ port, uiPort }: DevOptions): Promise<ExitCode> {
  const { home, taskQueue } = workerConfiguration(process.env);
  const stop = stopSignal();
  const server = await serverAt(port, uiPort, homeLayout(home).database);
  try {
    const connect = { connectionOptions: { address: server.address }, namespace: 'default' };
    const worker = await startWorker(connect, stop);
    if (worker === undefined) return exitCodes.done;
    remark(`Temporal   ${server.address}`);
    remark(`Web UI     ${server.uiAddress}`);
    const begun = () => remark(`worker     ready on task queue ${taskQueue}`);
    await runUntilStopped(worker, stop, begun, server.ended);
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
  const { taskQueue, probePort } = workerConfiguration(process.env);
  const stop = stopSignal();
  let started: StartedWorker | undefined;
  // Before anything that may have to wait: a worker without Temporal is to be left waiting, not killed.
  const isReady = () => started?.isReady() === true;
  const closeProbes = probePort === undefined ? undefined : await serveProbes(probePort, isReady);
  try {
    started = await startWorker(loadClientConnectConfig(), stop);
    if (started === undefined) return exitCodes.done;
    await runUntilStopped(started, stop, () => remark(`worker ready on task queue ${taskQueue}`));
    return exitCodes.done;
  } finally {
    await closeProbes?.();
  }
}
