import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/domain/failure.js';
import type { Mount } from './container.js';
import { engineCommand, type EngineChoice } from './engineCommand.js';
import { mountArgument } from './runArguments.js';

/**
 * Lets any user of a container write to its writable folders, as in a pod's emptyDir. The folder above them should
 * be the worker's alone (0700), which keeps everyone else on the machine out.
 */
export async function openMounts(mounts: readonly Mount[]): Promise<void> {
  for (const mount of mounts) {
    if (mount.readOnly) continue;
    const found = await lstat(mount.host);
    if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o777) !== 0o777) {
      await chmod(mount.host, 0o777);
    }
  }
}

/** Everyone may read, write and remove; nothing keeps the rights of the user who left it. */
const OPEN = 'ug-s,-t,a+rwX';

/**
 * Makes what containers wrote readable and removable for the worker, and still writable for the next stage.
 * - A worker that is root needs nothing.
 * - podman without root: in the worker's user namespace, where it is root over all ids its containers can have.
 * - docker, worker not root: by root of a throw-away container of `baseImage`, whose chmod is known.
 */
export async function reclaimMounts(engine: EngineChoice, baseImage: string, mounts: readonly Mount[]): Promise<void> {
  const worker = process.getuid?.();
  if (worker === undefined || worker === 0) return;
  const foreign: string[] = [];
  for (const mount of mounts) {
    if (!mount.readOnly && (await holdsForeignFiles(mount.host, worker))) foreign.push(mount.host);
  }
  if (foreign.length === 0) return;

  const { ok, stderr } = await engineCommand(engine, openCommand(engine, baseImage, foreign));
  if (ok) return;
  const line = `the files a stage wrote cannot be made readable with ${engine.name}: ${stderr.trim().split('\n').pop()}`;
  throw new Failure('EngineUnavailable', line, true);
}

function openCommand(engine: EngineChoice, baseImage: string, folders: readonly string[]): readonly string[] {
  if (engine.name === 'podman') return ['unshare', 'chmod', '-R', OPEN, ...folders];
  const mounts = folders.map((host, index) => ({ host, path: `/reclaim/${index}`, readOnly: false }));
  return [
    'run',
    ...engine.runArgs,
    '--rm',
    '--network=none',
    '--log-driver=none',
    '--pull=never',
    '--user=0:0',
    ...mounts.map((mount) => mountArgument(engine, mount)),
    '--entrypoint=chmod',
    '--',
    baseImage,
    '-R',
    OPEN,
    ...mounts.map((mount) => mount.path),
  ];
}

/** True as soon as one file is another user's, or closed to its owner. */
async function holdsForeignFiles(path: string, worker: number): Promise<boolean> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return false;
  const needed = found.isDirectory() ? 0o700 : 0o600;
  if (found.uid !== worker || (found.mode & needed) !== needed) return true;
  if (!found.isDirectory()) return false;
  for (const name of await readdir(path)) {
    if (await holdsForeignFiles(join(path, name), worker)) return true;
  }
  return false;
}
