import { loadClientConnectConfig } from '@temporalio/envconfig';
import { startDevServer } from '../server/devServer.js';
import { temporalBinary } from '../setup/temporalBinary.js';
import { homeLayout, workerConfiguration } from '../worker/configuration.js';
import type { ExitCode } from './exit.js';
import { exitCodes } from './exit.js';
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
  const executable = await temporalBinary(remark);
  const server = await startDevServer({ executable, port, uiPort, database: homeLayout(home).database });
  try {
    const worker = await startWorker({ connectionOptions: { address: server.address }, namespace: 'default' });
    remark(`Temporal   ${server.address}   (state: ${homeLayout(home).database})`);
    remark(`Web UI     ${server.uiAddress}`);
    remark(`worker     ready on task queue ${taskQueue}`);
    await runUntilStopped(worker, server.ended);
  } finally {
    await server.stop();
  }
  return exitCodes.done;
}

/** `fulfil worker`: a worker for the Temporal that the environment names. */
export async function worker(): Promise<ExitCode> {
  installRuntime();
  const connect = loadClientConnectConfig();
  const started = await startWorker(connect);
  remark(`worker ready on task queue ${workerConfiguration(process.env).taskQueue}`);
  await runUntilStopped(started);
  return exitCodes.done;
}
