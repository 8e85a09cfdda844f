import type { EntityStatus } from '../../../src/domain/entity.js';
import { workNamespace } from '../../../src/domain/layout.js';
import type { Work, WorkPlacement } from '../../../src/domain/work.js';
import { isWritten, unplacedGroups } from '../../../src/domain/work.js';
import { deterministicName, md5 } from '../objectName.js';
import type { ClusterObject } from './clusterObject.js';
import type { NewCondition } from './statusConditions.js';
import { wholeSeconds } from './statusConditions.js';
import type { Workload } from './workloads.js';

/** Digest of what an object was made from: equal ones need no write, and no look at the documents either. */
export const sourceAnnotation = 'fulfil.io/source';

export interface WorkSource {
  readonly work: Work;
  readonly status: EntityStatus;
  /** The Promise or request that the Work is of. */
  readonly owner: ClusterObject;
}

/** Everything of a Work but its documents (reference, sections 1.5, 2.8 and 3.5). */
export function workObject({ work, status, owner }: WorkSource, workloads: ReadonlyMap<string, readonly Workload[]>) {
  return {
    metadata: {
      name: work.name,
      namespace: workNamespace(work),
      labels: workLabels(work),
      annotations: { [sourceAnnotation]: workDigest({ work, status, owner }), ...strangerOf(owner, work) },
      ...(isBeside(owner, work) && {
        ownerReferences: [ownerReference(owner, { apiVersion: status.apiVersion, kind: status.kind })],
      }),
    },
    spec: {
      promiseName: work.promise,
      ...(work.resource === undefined ? {} : { resourceName: work.resource.name }),
      ...executedAt(status),
      workloadGroups: work.groups.map(({ id, directory, selectors, snapshot }) => ({
        id,
        directory,
        destinationSelectors: selectors,
        workloads: workloads.get(snapshot) ?? [],
      })),
    },
  };
}

/** Of whose a Work is that lies in another namespace: the garbage collector would take one with an owner reference. */
export const ownerAnnotation = 'fulfil.io/owner-uid';

function isBeside({ metadata: { namespace = '' } }: ClusterObject, work: Work): boolean {
  return namespace === '' || namespace === workNamespace(work);
}

function strangerOf(owner: ClusterObject, work: Work): Record<string, string> {
  return isBeside(owner, work) ? {} : { [ownerAnnotation]: owner.metadata.uid ?? '' };
}

export function workDigest({ work, status, owner }: WorkSource): string {
  const groups = work.groups.map(({ id, directory, selectors, snapshot }) => [id, directory, selectors, snapshot]);
  return md5(JSON.stringify([owner.metadata.uid, groups, executedAt(status)]));
}

function workLabels({ promise, resource, pipeline, pipelineNamespace }: Work): Record<string, string> {
  return {
    'kratix.io/promise-name': promise,
    'kratix.io/work-type':
      resource !== undefined ? 'resource' : pipeline === undefined ? 'static-dependency' : 'promise',
    ...(resource === undefined ? {} : { 'kratix.io/resource-name': labelValue(resource.name) }),
    ...(resource === undefined || pipelineNamespace === undefined
      ? {}
      : { 'kratix.io/resource-namespace': resource.namespace }),
    ...(pipeline === undefined ? {} : { 'kratix.io/pipeline-name': labelValue(pipeline) }),
  };
}

/** The end of the last run of the pipelines, as far as it is remembered. */
function executedAt({ runs }: EntityStatus): { readonly lastExecutionTimestamp?: string } {
  const run = runs.find(({ action, finishedAt }) => action === 'configure' && finishedAt !== undefined);
  return run?.finishedAt === undefined ? {} : { lastExecutionTimestamp: wholeSeconds(run.finishedAt) };
}

export function ownerReference(
  { metadata: { name, uid = '' } }: ClusterObject,
  type: { readonly apiVersion: string; readonly kind: string },
) {
  return { ...type, name, uid, controller: true, blockOwnerDeletion: false };
}

/** A label ends at 63 characters, and a Destination's name need not (10.1, B44). */
export function labelValue(value: string): string {
  return value.length <= 63 ? value : deterministicName(value);
}

/** Counters and conditions of a Work; unlike Kratix's, its `Ready` means written (10.1, B12). */
export function workStatus(work: Work): {
  readonly counts: Record<string, number>;
  readonly conditions: NewCondition[];
} {
  const unplaced = unplacedGroups(work);
  const counts = {
    workPlacements: work.groups.length,
    workPlacementsCreated: work.groups.length - unplaced.length,
  };
  return {
    counts,
    conditions: workConditions(work, unplaced),
  };
}

function workConditions(work: Work, unplaced: readonly string[]): NewCondition[] {
  const failing = work.placements.filter(
    (placement) => isUnwritten(work, placement) && placement.refusal !== undefined,
  );
  if (failing.length > 0) {
    const names = failing.map(({ name }) => name).join(',');
    return both('False', 'WorkplacementsFailing', `Workplacements failed to write: [${names}]`, 'Failing');
  }
  if (unplaced.length > 0) {
    const message = `No matching destination found for workloadGroups: [${unplaced.join(',')}]`;
    return both('False', 'UnscheduledWorkloads', message, 'Pending');
  }
  const misplaced = work.placements.filter((placement) => placement.misplaced).map(({ group }) => group);
  if (misplaced.length > 0) {
    const message = `Target destination no longer matches destinationSelectors for workloadGroups: [${misplaced.join(',')}]`;
    const [scheduled] = both('False', 'DestinationSelectorMismatch', message, '');
    return [scheduled, { type: 'Ready', status: 'False', reason: 'Misplaced', message: 'Misplaced' }];
  }
  const [scheduled, ready] = both(
    'True',
    'AllWorkplacementsScheduled',
    'All workplacements scheduled successfully',
    'Ready',
  );
  if (!work.placements.some((placement) => isUnwritten(work, placement))) return [scheduled, ready];
  return [scheduled, { type: 'Ready', status: 'False', reason: 'WorkplacementsPending', message: 'Pending' }];
}

function isUnwritten(work: Work, placement: WorkPlacement): boolean {
  return !work.groups.some((group) => group.id === placement.group && isWritten(placement, group));
}

function both(status: string, reason: string, message: string, ready: string): [NewCondition, NewCondition] {
  return [
    { type: 'ScheduleSucceeded', status, reason, message },
    { type: 'Ready', status, reason, message: ready },
  ];
}
