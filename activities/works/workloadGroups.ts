import { createHash } from 'node:crypto';
import type { DirectorySelector } from '../../src/documents/selectorsFile.js';
import { Failure } from '../../src/domain/failure.js';
import type { SelectorSource, SourcedSelector } from '../../src/domain/selectors.js';
import type { WorkloadGroup } from '../../src/domain/work.js';
import type { ArtifactStore } from '../artifacts/artifactStore.js';
import type { SnapshotFile, SnapshotTree } from '../artifacts/snapshot.js';
import { putSnapshot } from '../artifacts/snapshot.js';

export interface PipelineOutput extends SnapshotTree {
  /** What a stage wrote into /kratix/metadata/destination-selectors.yaml. */
  readonly selectors: readonly DirectorySelector[];
  readonly promiseSelectors: readonly SourcedSelector[];
  readonly source: SelectorSource;
}

/**
 * Splits a pipeline's output by the directories of its selectors file, which may be empty; the rest is the default
 * group, which carries the Promise's selectors too and is left out when it is empty (reference, section 2.8).
 */
export async function workloadGroups(artifacts: ArtifactStore, output: PipelineOutput): Promise<WorkloadGroup[]> {
  const { files, emptyDirectories, selectors, promiseSelectors, source } = output;
  const directories = selectors.filter((entry) => entry.directory !== '.');
  const groups: WorkloadGroup[] = [];
  for (const { directory, ...selector } of directories) {
    const own = files.filter(({ path }) => path.startsWith(`${directory}/`));
    const isThere = own.length > 0 || emptyDirectories.some((path) => `${path}/`.startsWith(`${directory}/`));
    if (!isThere) throw missingDirectory(directory);
    groups.push(await group(artifacts, directory, own, [{ ...selector, source }]));
  }
  const rest = files.filter((file) => !directories.some((entry) => file.path.startsWith(`${entry.directory}/`)));
  if (rest.length === 0) return groups;
  const root = selectors
    .filter((entry) => entry.directory === '.')
    .map(({ directory: _root, ...rule }) => ({ ...rule, source }));
  return [...groups, await group(artifacts, '.', rest, [...root, ...promiseSelectors])];
}

function missingDirectory(directory: string): Failure {
  const message = `destination-selectors.yaml: directory: ${directory} is not in /kratix/output`;
  return new Failure('InvalidMetadata', message, false);
}

async function group(
  artifacts: ArtifactStore,
  directory: string,
  files: readonly SnapshotFile[],
  selectors: readonly SourcedSelector[],
): Promise<WorkloadGroup> {
  return {
    id: createHash('md5').update(directory).digest('hex'),
    directory,
    selectors,
    snapshot: await putSnapshot(artifacts, files),
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
  };
}
