import { chmod, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../src/domain/failure.js';
import type { ArtifactStore, SweptArtifacts } from './artifactStore.js';
import { getJson, putJson } from './artifactStore.js';

export const SnapshotFile = z.object({
  path: z.string(),
  digest: z.string(),
  size: z.number(),
  executable: z.boolean(),
});
export type SnapshotFile = z.infer<typeof SnapshotFile>;

/** A directory without files: the next stage finds it, and destination-selectors.yaml may name it. */
const EmptyDirectory = z.object({ path: z.string(), empty: z.literal(true) });

const Snapshot = z.array(z.union([SnapshotFile, EmptyDirectory]));
type SnapshotEntry = z.infer<typeof Snapshot>[number];

/** Digest of a list of files that are themselves stored: a directory's content as one word. */
export async function putSnapshot(artifacts: ArtifactStore, entries: readonly SnapshotEntry[]): Promise<string> {
  return putJson(
    artifacts,
    entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  );
}

export async function getSnapshot(artifacts: ArtifactStore, digest: string): Promise<SnapshotFile[]> {
  return (await getTree(artifacts, digest)).files;
}

/** What a directory has; its empty directories by their paths. */
export interface SnapshotTree {
  readonly files: SnapshotFile[];
  readonly emptyDirectories: string[];
}

export async function getTree(artifacts: ArtifactStore, digest: string): Promise<SnapshotTree> {
  const entries = Snapshot.parse(await getJson(artifacts, digest));
  const files = entries.filter(isFile);
  return { files, emptyDirectories: entries.filter((entry) => !isFile(entry)).map(({ path }) => path) };
}

function isFile(entry: SnapshotEntry): entry is SnapshotFile {
  return 'digest' in entry;
}

/** How `putSnapshot` writes one that is not empty. */
const snapshotBegin = Buffer.from('[{"path":');

/** Digests of a snapshot's files; none of another blob, which is not read: it may be large. */
export async function snapshotMembers(artifacts: SweptArtifacts, digest: string): Promise<readonly string[]> {
  const begin = await artifacts.begin(digest, snapshotBegin.length);
  if (!begin.equals(snapshotBegin)) return [];
  const text = (await artifacts.get(digest)).toString('utf8');
  const found = Snapshot.safeParse(parsed(text));
  return found.success ? found.data.filter(isFile).map((file) => file.digest) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A stage may print what only begins like one.
    return undefined;
  }
}

/**
 * Stores every file below a directory, and which directories are empty. A symbolic link counts as the file it points to
 * inside the directory; one that leads elsewhere is a Failure `PathEscape`.
 */
export async function takeSnapshot(artifacts: ArtifactStore, directory: string): Promise<string> {
  const root = await realpath(directory);
  const entries: SnapshotEntry[] = [];
  for (const name of await leavesBelow(root, root)) {
    const path = name.split(sep).join('/');
    const { mode } = await stat(join(root, name));
    if (name.endsWith(sep)) entries.push({ path: path.slice(0, -1), empty: true });
    else entries.push({ path, ...(await artifacts.putFile(join(root, name))), executable: (mode & 0o100) !== 0 });
  }
  return putSnapshot(artifacts, entries);
}

/** Names of files, and of empty directories with a separator at the end. */
async function leavesBelow(root: string, directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  if (entries.length === 0 && directory !== root) return [`${relative(root, directory)}${sep}`];
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const name = relative(root, path);
    if (entry.isDirectory()) found.push(...(await leavesBelow(root, path)));
    else if (entry.isFile()) found.push(name);
    else if (entry.isSymbolicLink()) found.push(await linkedFile(root, path, name));
    else throw new Failure('OutputRefused', `${name} is neither a file nor a directory and cannot be kept`, false);
  }
  return found;
}

async function linkedFile(root: string, path: string, name: string): Promise<string> {
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) throw new Failure('PathEscape', `${name} is a symbolic link to nothing`, false);
  if (!target.startsWith(root + sep)) {
    throw new Failure('PathEscape', `${name} is a symbolic link that leads out of the stage's output`, false);
  }
  if (!(await lstat(target)).isFile()) {
    throw new Failure('OutputRefused', `${name} is a symbolic link to a directory and cannot be kept`, false);
  }
  return name;
}

/**
 * Lays a snapshot out as fresh files. Any user may write them: the next stage's image may run as another user, and
 * no stage should be refused by a mode that an earlier one left.
 */
export async function restoreSnapshot(artifacts: ArtifactStore, digest: string, directory: string): Promise<void> {
  await openDirectory(directory);
  const { files, emptyDirectories } = await getTree(artifacts, digest);
  for (const path of emptyDirectories) await openParents(directory, join(directory, path));
  for (const file of files) {
    const path = join(directory, file.path);
    await openParents(directory, dirname(path));
    await artifacts.copyTo(file.digest, path);
    await chmod(path, file.executable ? 0o777 : 0o666);
  }
}

/** Makes a directory that any user may write, whatever the umask is. */
export async function openDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o777);
}

async function openParents(root: string, directory: string): Promise<void> {
  if (directory === root) return;
  await openParents(root, dirname(directory));
  await openDirectory(directory);
}
