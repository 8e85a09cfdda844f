import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure } from '../../src/domain/failure.js';
import type { ContainerSpec } from './container.js';
import { engineCommand, type EngineChoice } from './engineCommand.js';
import { joinedOutput } from './joinedOutput.js';
import { copyOutput } from './outputLog.js';
import { passEnvironment } from './passedEnvironment.js';
import { ATTEMPT_LABEL, runArguments, type AttemptFiles } from './runArguments.js';
import { stopContainer } from './stopContainer.js';

/** How one `run` of the engine ended: what its exit code means is still open. */
export interface AttemptEnd {
  /** Undefined when something killed the engine's client. */
  readonly exitCode: number | undefined;
  /** Id of the container; undefined when none was created. */
  readonly id: string | undefined;
  /** The end of what the container and the engine printed. */
  readonly output: string;
  readonly startedAt: Date;
}

/** One `run`: a single process of the engine. An abort ends the container, then throws the signal's reason. */
export async function attemptRun(
  engine: EngineChoice,
  spec: ContainerSpec,
  name: string,
  user: string | undefined,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const passed = passEnvironment(spec.env);
  // mkdtemp gives a folder of mode 0700: the file with the values is nobody else's to read
  const folder = await mkdtemp(join(tmpdir(), 'fulfil-'));
  const files: AttemptFiles = {
    attempt: basename(folder),
    environment: join(folder, 'env'),
    id: join(folder, 'id'),
  };
  try {
    await writeFile(files.environment, passed.file, { mode: 0o600 });
    const stopWatching = removeOnceRead(folder, files.environment);
    try {
      const args = runArguments(engine, spec, name, user, files);
      const startedAt = new Date();
      const { client, output } = await startClient(engine, args, passed.inherited, folder);
      const find = async () => (await createdId(files.id)) ?? labelledId(engine, files.attempt);
      const end = await followClient(engine, spec, find, client, output, signal);
      return { ...end, id: await createdId(files.id), startedAt };
    } finally {
      stopWatching();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface StartedClient {
  readonly client: ChildProcess;
  readonly output: Socket;
}

async function startClient(
  engine: EngineChoice,
  args: readonly string[],
  inherited: Readonly<Record<string, string>>,
  folder: string,
): Promise<StartedClient> {
  const { read, write } = await joinedOutput(folder);
  try {
    const client = spawn(engine.name, args, {
      stdio: ['ignore', write, write],
      env: { ...process.env, ...inherited },
      // its own process group: a Ctrl-C at the worker's terminal is for the worker, which then stops its stages
      detached: true,
      // podman's monitor leaves a file where it was started when a stage runs out of memory
      cwd: folder,
    });
    return { client, output: read };
  } finally {
    write.destroy();
  }
}

/** Copies what is printed until the client ends, and stops the container when the signal comes first. */
async function followClient(
  engine: EngineChoice,
  spec: ContainerSpec,
  find: () => Promise<string | undefined>,
  client: ChildProcess,
  output: Socket,
  signal: AbortSignal,
): Promise<Pick<AttemptEnd, 'exitCode' | 'output'>> {
  const end = clientEnd(engine, client);
  let stopped: Promise<void> | undefined;
  const stop = (): void => void (stopped ??= stopContainer(engine, find, spec.graceSeconds, client, end));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const copied = copyOutput(output, spec.logFile, spec.logLimitBytes);
  copied.catch(stop); // a full disk: nobody reads the stage any more, it would block for good
  const [ended, printed] = await Promise.allSettled([end, copied]);
  signal.removeEventListener('abort', stop);
  await stopped;
  signal.throwIfAborted();
  if (ended.status === 'rejected') throw ended.reason;
  if (printed.status === 'rejected') throw printed.reason;
  return { exitCode: ended.value, output: printed.value };
}

function clientEnd(engine: EngineChoice, client: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    client.once('exit', (code) => resolve(code ?? undefined));
    client.once('error', (error) => {
      reject(
        new Failure('EngineUnavailable', `${engine.name} cannot be run: ${error.message}`, true, { cause: error }),
      );
    });
  });
}

/** The id's file appears once the engine has read the values: from then on they need not lie on the disk. */
function removeOnceRead(folder: string, environment: string): () => void {
  try {
    const watcher = watch(folder, (_event, file) => {
      // should it fail, the whole folder goes at the end of the run anyway
      if (file === 'id') rm(environment, { force: true }).catch(() => undefined);
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined; // the machine has no watches left: the values lie there until the end of the run
  }
}

async function createdId(file: string): Promise<string | undefined> {
  const id = await readFile(file, 'utf8').catch(() => '');
  return id.trim() === '' ? undefined : id.trim();
}

/** A client that is killed between creating its container and writing the id leaves only this. */
async function labelledId(engine: EngineChoice, attempt: string): Promise<string | undefined> {
  const filter = `--filter=label=${ATTEMPT_LABEL}=${attempt}`;
  const { stdout } = await engineCommand(engine, ['ps', '--all', '--quiet', '--no-trunc', filter]);
  return stdout.trim() === '' ? undefined : stdout.trim();
}
