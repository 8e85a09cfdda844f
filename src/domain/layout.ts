import type { Destination, LayoutMode } from './destination.js';
import type { Work, WorkloadGroup } from './work.js';
import { shortId } from './work.js';
import { joinStorePath } from './storePath.js';

/** Where one placement's files go, relative to the state store's own path (reference, section 6.4). */
export interface PlacementLayout {
  readonly mode: LayoutMode;
  /** nestedByMetadata: the directory that belongs to the placement alone. Other modes: the Destination's root. */
  readonly directory: string;
  /** mode none: the file that lists what this placement wrote. */
  readonly stateFile?: string;
  /** mode aggregatedYAML: the one file of the Destination. */
  readonly aggregate?: string;
}

/** `jenkins-example-configure-1a2b3.worker-cluster-5058f`, the name of a WorkPlacement (reference, section 5.4). */
export function placementName(work: Work, group: WorkloadGroup, destination: string): string {
  return `${work.name}.${destination}-${shortId(group)}`;
}

export function placementLayout(work: Work, group: WorkloadGroup, destination: Destination): PlacementLayout {
  const { mode } = destination.layout;
  const root = joinStorePath(destination.path);
  switch (mode) {
    case 'nestedByMetadata':
      return { mode, directory: joinStorePath(root, nestedDirectory(work, group)) };
    case 'none': {
      const name = `${workNamespace(work)}-${placementName(work, group, destination.name)}.yaml`;
      return { mode, directory: root, stateFile: joinStorePath(root, '.kratix', name) };
    }
    case 'aggregatedYAML':
      return { mode, directory: root, aggregate: aggregateFile(destination) };
  }
}

/** Mode aggregatedYAML: the one file of a Destination. */
export function aggregateFile({ path, layout }: Destination): string {
  return joinStorePath(path, layout.filename);
}

/** Kratix's namespace for everything that belongs to the platform itself. */
export const systemNamespace = 'kratix-platform-system';

/** A Work is where its pipeline ran: beside the request, with the platform, or where the Promise says (section 2.3). */
export function workNamespace({ pipelineNamespace, resource }: Work): string {
  return pipelineNamespace ?? resource?.namespace ?? systemNamespace;
}

function nestedDirectory(work: Work, group: WorkloadGroup): string {
  const pipeline = work.pipeline ?? '';
  if (work.resource === undefined) return joinStorePath('dependencies', work.promise, pipeline, shortId(group));
  const { name } = work.resource;
  return joinStorePath('resources', workNamespace(work), work.promise, name, pipeline, shortId(group));
}
