import type { Destination } from '../../../src/domain/destination.js';
import { placementLayout, placementName } from '../../../src/domain/layout.js';
import type { SourcedSelector } from '../../../src/domain/selectors.js';
import type { Work, WorkloadGroup, WorkPlacement } from '../../../src/domain/work.js';

/** MD5 of `.` */
export const rootId = '5058f1af8388633f609cadb75a75dc9d';

export function destinationOf(
  name: string,
  labels: Record<string, string>,
  changes: Partial<Destination> = {},
): Destination {
  return {
    name,
    labels,
    path: name,
    stateStore: { kind: 'DirectoryStateStore', name: 'default' },
    strictMatchLabels: false,
    layout: { mode: 'nestedByMetadata', filename: 'catalog.yaml' },
    cleanup: 'none',
    canaries: true,
    draining: false,
    proposals: false,
    ...changes,
  };
}

export function groupOf(matchLabels: Record<string, string>, changes: Partial<WorkloadGroup> = {}): WorkloadGroup {
  const selectors: SourcedSelector[] = [{ matchLabels, source: 'promise' }];
  return { id: rootId, directory: '.', selectors, snapshot: 'snapshot-1', files: 1, bytes: 10, ...changes };
}

export function resourceWork(groups: readonly WorkloadGroup[], placements: readonly WorkPlacement[] = []): Work {
  const resource = { namespace: 'default', name: 'example' };
  return {
    kind: 'resource',
    name: 'jenkins-example-configure',
    promise: 'jenkins',
    resource,
    pipeline: 'configure',
    groups,
    placements,
  };
}

export function dependencyWork(groups: readonly WorkloadGroup[], placements: readonly WorkPlacement[] = []): Work {
  return { kind: 'dependency', name: 'jenkins-static-deps', promise: 'jenkins', groups, placements };
}

/** A placement as scheduling makes it; written when a snapshot is named. */
export function placementOf(
  work: Work,
  group: WorkloadGroup,
  destination: Destination,
  snapshot?: string,
): WorkPlacement {
  const layout = placementLayout(work, group, destination);
  const store = destination.stateStore;
  return {
    name: placementName(work, group, destination.name),
    group: group.id,
    destination: destination.name,
    store,
    layout,
    reason: 'the only match for any',
    misplaced: false,
    ...(snapshot === undefined ? {} : { written: { snapshot, revision: 'r1', store, layout } }),
  };
}
