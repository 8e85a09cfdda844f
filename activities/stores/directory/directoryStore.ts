import { randomBytes } from 'node:crypto';
import { unlink, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { reason } from '../../../src/domain/failure.js';
import type { DirectoryStateStore } from '../../../src/domain/stateStore.js';
import { errorCode } from '../errorCode.js';
import { sha256 } from '../memoryFile.js';
import { noProposals } from '../noProposals.js';
import type { StagedEdits } from '../stagedEdits.js';
import { alteredEach, blockingRemoves, stageEdits } from '../stagedEdits.js';
import { pathConflict, storeMisconfigured, storeUnavailable } from '../storeFailure.js';
import type { StoreFile, StoreView, StoreWriter } from '../storeWriter.js';
import { directoryFingerprint } from './directoryFingerprint.js';
import { makeDirectory } from './makeDirectory.js';
import { isThere, listStored, readStored, removeStored, writeAtomically } from './directoryFiles.js';

/** A plain directory as state store: each file changes atomically, a batch as a whole does not. */
export function directoryStore(store: DirectoryStateStore): StoreWriter {
  const root = store.path;
  const view: StoreView = {
    read: (path) => readStored(root, path),
    list: (directory) => listStored(root, directory),
  };

  return {
    async apply(changes, signal) {
      await makeRoot(store);
      return explained(store, async () => {
        const staged = await stageEdits(view, changes);
        const altered = await write(root, staged, signal);
        return { revision: revisionOf(staged), changed: altered.size > 0, each: alteredEach(staged, altered) };
      });
    },
    async holds(changes) {
      await makeRoot(store);
      return explained(store, async () => {
        const staged = await stageEdits(view, changes);
        return (await isAllStored(root, staged)) ? revisionOf(staged) : undefined;
      });
    },
    fingerprint: () => explained(store, () => directoryFingerprint(root)),
    // Telling it would take a look at every file.
    lastWritten: () => undefined,
    ...noProposals(store),
    async probe() {
      await makeRoot(store);
      const path = join(root, `.fulfil-${randomBytes(6).toString('hex')}.tmp`);
      await explained(store, async () => {
        await writeFile(path, '');
        await unlink(path);
      });
    },
  };
}

async function write(root: string, staged: StagedEdits, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const altered = new Set<string>();
  const first = blockingRemoves(staged);
  const remove = async (paths: Iterable<string>): Promise<void> => {
    for (const path of paths) {
      signal.throwIfAborted();
      if (await removeStored(root, path)) altered.add(path);
    }
  };
  await remove(first);
  for (const [path, file] of staged.puts) {
    signal.throwIfAborted();
    if (await isStored(root, path, file)) continue;
    await writeAtomically(root, path, await file.content());
    altered.add(path);
  }
  await remove([...staged.removes].filter((path) => !first.has(path)));
  return altered;
}

async function isAllStored(root: string, staged: StagedEdits): Promise<boolean> {
  for (const path of staged.removes) if (await isThere(root, path)) return false;
  for (const [path, file] of staged.puts) if (!(await isStored(root, path, file))) return false;
  return true;
}

async function isStored(root: string, path: string, file: StoreFile): Promise<boolean> {
  const stored = await readStored(root, path);
  return stored !== undefined && stored.length === file.size && sha256(stored) === file.digest;
}

/** The same wish gives the same name, however much of it was there already. */
function revisionOf(staged: StagedEdits): string {
  const puts = [...staged.puts].map(([path, file]) => `put ${path} ${file.digest}`);
  const removes = [...staged.removes].map((path) => `remove ${path}`);
  return sha256([...puts, ...removes].sort().join('\n'));
}

async function makeRoot(store: DirectoryStateStore): Promise<void> {
  if (!isAbsolute(store.path)) throw storeMisconfigured(store, `path "${store.path}" is not absolute`);
  await explained(store, () => makeDirectory(store.path));
}

async function explained<Result>(store: DirectoryStateStore, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (thrown) {
    throw explain(store, thrown);
  }
}

function explain(store: DirectoryStateStore, thrown: unknown): unknown {
  const code = errorCode(thrown);
  if (code === undefined) return thrown;
  switch (code) {
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENOTEMPTY':
    case 'EEXIST':
      return pathConflict(store, `a file is in the way of a directory or the reverse: ${reason(thrown)}`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return storeMisconfigured(store, `cannot be written: ${reason(thrown)}`);
    default:
      return storeUnavailable(store, reason(thrown));
  }
}
