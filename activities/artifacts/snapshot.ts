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

const Snapshot = z.array(SnapshotFile);

/** Digest of a list of files that are themselves stored: a directory's content as one word. */
export async function putSnapshot(artifacts: ArtifactStore, files: readonly SnapshotFile[]): Promise<string> {
  return putJson(
    artifacts,
    files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  );
}

export async function getSnapshot(artifacts: ArtifactStore, digest: string): Promise<SnapshotFile[]> {
  return Snapshot.parse(await getJson(artifacts, digest));
}

/** How `putSnapshot` writes one that is not empty. */
const snapshotBegin = Buffer.from('[{"path":');

/** Digests of a snapshot's files; none of another blob, which is not read: it may be large. */
export async function snapshotMembers(artifacts: SweptArtifacts, digest: string): Promise<readonly string[]> {
  const begin = await artifacts.begin(digest, snapshotBegin.length);
  if (!begin.equals(snapshotBegin)) return [];
  const text = (await artifacts.get(digest)).toString('utf8');
  const found = Snapshot.safeParse(parsed(text));
  return found.success ? found.data.map((file) => file.digest) : [];
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
 * Stores every file below a directory. Empty directories vanish, as in Kratix (reference, section 2.8). A symbolic
 * link counts as the file it points to inside the directory; one that leads elsewhere is a Failure `PathEscape`.
 */
export async function takeSnapshot(artifacts: ArtifactStore, directory: string): Promise<string> {
  const root = await realpath(directory);
  const files: SnapshotFile[] = [];
  for (const path of await filesBelow(root, root)) {
    const { digest, size } = await artifacts.putFile(join(root, path));
    const { mode } = await stat(join(root, path));
    files.push({ path: path.split(sep).join('/'), digest, size, executable: (mode & 0o100) !== 0 });
  }
  return putSnapshot(artifacts, files);
}

async function filesBelow(root: string, directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const name = relative(root, path);
    if (entry.isDirectory()) found.push(...(await filesBelow(root, path)));
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
  for (const file of await getSnapshot(artifacts, digest)) {
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
