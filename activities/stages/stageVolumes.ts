import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { escapes } from '../../src/domain/storePath.js';
import type { StageVolumes } from '../../src/domain/stageTask.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import { openDirectory, restoreSnapshot, takeSnapshot } from '../artifacts/snapshot.js';

/** The directories of one stage on the worker's disk. */
export interface StageDirectories {
  readonly input: string;
  readonly output: string;
  readonly metadata: string;
  readonly own: Readonly<Record<string, string>>;
}

/** Lays out what earlier stages of the pipeline left; `object` is the text of object.yaml for the first of them. */
export async function layOut(
  artifacts: ArtifactStore,
  root: string,
  volumes: StageVolumes,
  ownNames: readonly string[],
  object: () => Promise<string>,
): Promise<StageDirectories> {
  const directories = {
    input: join(root, 'input'),
    output: join(root, 'output'),
    metadata: join(root, 'metadata'),
    own: Object.fromEntries(ownNames.map((name) => [name, join(root, 'own', name)])),
  };
  await restore(artifacts, volumes.output, directories.output);
  await restore(artifacts, volumes.metadata, directories.metadata);
  for (const [name, directory] of Object.entries(directories.own))
    await restore(artifacts, volumes.own[name], directory);
  await restore(artifacts, volumes.input, directories.input);
  if (volumes.input === undefined) await writeFile(join(directories.input, 'object.yaml'), await object());
  return directories;
}

/** Folders of own volumes that a stage mounts by themselves: Kubernetes makes those that are missing. */
export async function makeSubPaths(
  mounts: readonly { readonly name: string; readonly subPath?: string | undefined }[],
  { own }: StageDirectories,
): Promise<void> {
  for (const { name, subPath } of mounts) {
    const volume = own[name];
    if (volume === undefined || subPath === undefined || escapes(subPath)) continue;
    const path = join(volume, subPath);
    if (!existsSync(path)) await openDirectory(path);
  }
}

/** Keeps what the stage left for the next one. The input cannot have changed: it is mounted read-only. */
export async function keep(
  artifacts: ArtifactStore,
  directories: StageDirectories,
  before: StageVolumes,
): Promise<StageVolumes> {
  const own: Record<string, string> = {};
  for (const [name, directory] of Object.entries(directories.own)) own[name] = await takeSnapshot(artifacts, directory);
  return {
    input: before.input ?? (await takeSnapshot(artifacts, directories.input)),
    output: await takeSnapshot(artifacts, directories.output),
    metadata: await takeSnapshot(artifacts, directories.metadata),
    own,
  };
}

async function restore(artifacts: ArtifactStore, digest: string | undefined, directory: string): Promise<void> {
  if (digest === undefined) await openDirectory(directory);
  else await restoreSnapshot(artifacts, digest, directory);
}
