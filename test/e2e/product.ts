import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineChoice } from '../../src/setup/detectEngine.js';
import { ensureEngine } from '../../src/setup/ensureEngine.js';
import { temporalBinary } from '../../src/setup/temporalBinary.js';
import type { Document } from '../platform/documents.js';
import { destination, directoryStore } from '../platform/documents.js';
import type { ProgramEnd } from '../platform/temporalCli.js';
import { runProgram } from '../platform/temporalCli.js';
import { freePorts } from '../../src/server/freePorts.js';

/** The built product as people run it: processes, files and exit codes. */
export interface Product {
  readonly home: string;
  /** Root of the state store `default`. */
  readonly store: string;
  readonly address: string;
  readonly temporal: string;
  readonly engine: EngineChoice;
  /** The server that was started first. */
  readonly server: RunningProgram;
  /** Runs a command of `fulfil` to its end. */
  fulfil(...args: string[]): Promise<ProgramEnd>;
  /** `fulfil apply -f -` with documents, or text, on standard input. */
  apply(input: string | readonly Document[], ...args: string[]): Promise<ProgramEnd>;
  startWorker(): Promise<RunningProgram>;
  startServer(): Promise<RunningProgram>;
  /** A file below the product's folder. */
  file(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export interface RunningProgram {
  readonly pid: number;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface ProductOptions {
  /** Tests that want none start their own. */
  readonly worker: boolean;
  /** Further settings of everything that runs. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A product with a server, a state store and a Destination. */
export async function openProduct(options: ProductOptions): Promise<Product> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`npm run build\``);
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-e2e-'));
  const [home, store] = [join(folder, 'home'), join(folder, 'store')];
  const engine = await ensureEngine(() => undefined);
  const temporal = await temporalBinary(() => undefined);
  const port = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const own = { FULFIL_HOME: home, TEMPORAL_ADDRESS: address, FULFIL_STAGE_NETWORK: 'none' };
  const environment = { ...own, ...options.environment };
  const running: RunningProgram[] = [];

  async function launch(command: string, args: readonly string[], ready: string): Promise<RunningProgram> {
    const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = { pid: child.pid ?? 0, kill: () => end(child) };
    running.push(started);
    await says(child, ready);
    return started;
  }

  async function startServer(): Promise<RunningProgram> {
    const ports = ['--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'error'];
    const args = ['server', 'start-dev', ...ports, '--db-filename', join(folder, 'temporal.db')];
    // It prints its address when it answers.
    return launch(temporal, args, address.split(':')[1] ?? '');
  }

  const close = async () => {
    for (const each of running.toReversed()) await each.kill();
    await rm(folder, { recursive: true, force: true });
  };
  const server = await startServer().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const fulfil = (...args: string[]) => runProgram(process.execPath, [program, ...args], environment);
  const product: Product = {
    home,
    store,
    address,
    temporal,
    engine,
    server,
    fulfil,
    apply: (input, ...args) => {
      const text = typeof input === 'string' ? input : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: input });
      return runProgram(process.execPath, [program, 'apply', '-f', '-', ...args], environment, text);
    },
    startWorker: () => launch(process.execPath, [program, 'worker'], 'worker ready'),
    startServer,
    async file(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    close,
  };
  try {
    if (options.worker) {
      await product.startWorker();
      const { code, stderr } = await product.apply([
        directoryStore(store),
        destination('west', { environment: 'dev' }),
      ]);
      if (code !== 0) throw new Error(stderr);
    }
    return product;
  } catch (error) {
    await product.close();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Resolves when the program prints a text; rejects with what it printed when it ends before. */
async function says(child: ChildProcess, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    const hear = (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      if (printed.includes(text)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`ended with code ${code}: ${printed.trim()}`)));
    child.once('error', reject);
  });
}
