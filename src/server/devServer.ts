import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

export interface DevServerOptions {
  readonly executable: string;
  readonly port: number;
  readonly uiPort: number;
  /** Where state survives a restart. */
  readonly database: string;
}

export interface DevServer {
  readonly address: string;
  readonly uiAddress: string;
  /** Resolves with the exit code when the server ends by itself or is stopped. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

/** A cold server answers within a second; a machine that builds something at the same time takes longer. */
const startLimitMillis = 30_000;

/** A Temporal that answers at the address already is used as it is, and left running. */
export async function findServer(address: string, uiAddress: string): Promise<DevServer | undefined> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: answerLimitMillis });
    await connection.close();
    return { address, uiAddress, ended: new Promise(() => undefined), stop: () => Promise.resolve() };
  } catch {
    return undefined;
  }
}

/** A server on this machine that runs answers at once. */
const answerLimitMillis = 3_000;

/** Starts Temporal's own development server: one process, SQLite, Web UI. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  await mkdir(dirname(options.database), { recursive: true });
  const child = spawn(options.executable, argumentsOf(options), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C reaches Fulfil, which stops the worker first and the server last.
    detached: true,
    env: { GOGC: garbageCollection, ...process.env },
  });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  // A process that ends at once, as with a second Ctrl-C, would leave a server behind that holds the ports.
  const abandon = () => child.kill('SIGTERM');
  process.once('exit', abandon);
  const ended = endOf(child).finally(() => process.off('exit', abandon));
  const address = `127.0.0.1:${options.port}`;
  await Promise.race([
    answering(address),
    ended.then((code) => {
      throw new Error(`the Temporal server ended with code ${code}: ${complaints.join('').trim().split('\n').at(-1)}`);
    }),
  ]);
  return {
    address,
    uiAddress: `http://localhost:${options.uiPort}`,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What a process that dies has written stays; a machine that loses power may forget its last second, and no more. */
const pragmas = ['journal_mode=wal', 'synchronous=normal'];

/**
 * One process needs no partitions of a task queue between which polls and tasks are forwarded, and a worker that asks
 * for an activity may have it with the answer instead of a poll.
 */
const settings = [
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.enableActivityEagerExecution=true',
];

/** In percent of what is in use, before Go collects: a server of 100 MB is glad to take 300 for a tenth less work. */
const garbageCollection = '300';

function argumentsOf({ port, uiPort, database }: DevServerOptions): string[] {
  const ports = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  const storage = ['--db-filename', database, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])];
  const configuration = settings.flatMap((setting) => ['--dynamic-config-value', setting]);
  return ['server', 'start-dev', ...ports, ...storage, ...configuration, '--log-level', 'error'];
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 0;
}

/** Histories of ended runs stay for a month; the server's own default, a day, would forget what happened last week. */
const retention = '30 days';

async function answering(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: startLimitMillis });
  try {
    const config = { workflowExecutionRetentionTtl: msToTs(retention) };
    await connection.workflowService.updateNamespace({ namespace: 'default', config });
  } finally {
    await connection.close();
  }
}
