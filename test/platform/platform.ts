import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { containerEngine } from '../../activities/containers/engine.js';
import type { EntityClient } from '../../activities/entityClient.js';
import { entityClient } from '../../activities/entityClient.js';
import { startDevServer } from '../../src/server/devServer.js';
import { BASE_IMAGE } from '../../src/setup/baseImage.js';
import type { EngineChoice } from '../../src/setup/detectEngine.js';
import { ensureEngine } from '../../src/setup/ensureEngine.js';
import { temporalBinary } from '../../src/setup/temporalBinary.js';
import { workerConfiguration } from '../../src/worker/configuration.js';
import type { StagePlace } from '../../src/worker/stageRunnerFor.js';
import { registerSearchAttributes } from '../../activities/searchAttributes.js';
import { createWorker } from '../../src/worker/worker.js';
import { freePorts } from '../../src/server/freePorts.js';
import { destination, directoryStore } from './documents.js';
import { execute } from './operations.js';
import { workflowBundle } from './workflowBundle.js';

/** A Temporal server, a worker with a container engine, and a directory as state store: all real, all of one test file. */
export interface Platform {
  readonly client: Client;
  readonly entities: EntityClient;
  readonly address: string;
  readonly taskQueue: string;
  /** The worker's home. */
  readonly home: string;
  /** Root of the state store `default`. */
  readonly store: string;
  readonly engine: EngineChoice;
  /** Where the temporal CLI is. */
  readonly temporal: string;
  /** Takes Temporal away with everything that it knew; an empty one comes in its place. */
  loseTemporal(): Promise<void>;
  /** Temporal is away for so long, and comes back with all that it knows. */
  outage(millis: number): Promise<void>;
  close(): Promise<void>;
}

export interface PlatformOptions {
  /** Destinations to register, with their labels. */
  readonly destinations?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where stages run and Secrets are; a container engine by default. */
  readonly stages?: StagePlace;
  /** `none` for tests that start workers of their own; nothing is registered then. */
  readonly worker?: 'none';
}

let runtimeInstalled = false;

/** Only what is wrong with the worker itself: tests are full of stages that fail on purpose. */
function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter, forward: {} } } });
}

/** Below Jest's own limit, so that a platform that does not come up is closed and says so. */
const openMillis = 240_000;

export async function openPlatform(options: PlatformOptions = {}): Promise<Platform> {
  installRuntime();
  const home = await mkdtemp(join(tmpdir(), 'fulfil-platform-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const close = async () => {
    for (const step of closing.splice(0).toReversed()) await step();
  };
  try {
    const engine = await ensureEngine(silent);
    const temporal = await temporalBinary(silent);
    const port = await freePorts(2);
    const ports = { port, uiPort: port + 1 };
    const database = join(home, 'temporal.db');
    let server = await startDevServer({ executable: temporal, ...ports, database });
    closing.push(() => server.stop());
    const { address } = server;
    const loseTemporal = async () => {
      await server.stop();
      for (const rest of ['', '-journal', '-shm', '-wal']) await rm(`${database}${rest}`, { force: true });
      server = await startDevServer({ executable: temporal, ...ports, database });
    };
    const outage = async (millis: number) => {
      await server.stop();
      await pause(millis);
      server = await startDevServer({ executable: temporal, ...ports, database });
    };
    const connection = await Connection.connect({ address });
    closing.push(() => connection.close());
    await registerSearchAttributes(connection, 'default');
    const native = await NativeConnection.connect({ address });
    closing.push(() => native.close());
    const client = new Client({ connection });
    // Without a network a container starts faster, and no test needs one.
    const network = options.stages?.kind === 'kubernetes' ? 'default' : 'none';
    const environment = { FULFIL_HOME: home, FULFIL_STAGE_NETWORK: network, ...options.environment };
    const configuration = workerConfiguration(environment);
    const { taskQueue } = configuration;
    const container = containerEngine({ ...engine, baseImage: BASE_IMAGE });
    const parts = {
      configuration,
      connection: native,
      client,
      stages: options.stages ?? { kind: 'engine' as const, engine: container },
      workflows: await workflowBundle(),
    };
    if (options.worker !== 'none') {
      const worker = await createWorker(parts);
      const running = worker.run();
      // Tests would only wait in vain; why is said when it happens.
      running.catch((thrown: unknown) =>
        process.stderr.write(`the platform's worker has stopped: ${String(thrown)}\n`),
      );
      closing.push(async () => {
        worker.stop();
        await running;
      });
    }
    const entities = entityClient(client, taskQueue);
    const store = join(home, 'store');
    const platform = {
      client,
      entities,
      address,
      taskQueue,
      home,
      store,
      engine,
      temporal,
      loseTemporal,
      outage,
      close,
    };
    if (options.worker !== 'none') await within(openMillis, 'the platform did not answer', furnish(platform, options));
    return platform;
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(platform: Platform, { destinations = {} }: PlatformOptions): Promise<void> {
  await execute(platform, 'registerStateStore', directoryStore(platform.store));
  for (const [name, labels] of Object.entries(destinations)) {
    await execute(platform, 'registerDestination', destination(name, labels));
  }
}

async function within<T>(millis: number, complaint: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${complaint} within ${millis / 1000} s`)), millis);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function silent(): void {
  // Set-up speaks when something is missing, by throwing how to get it.
}
