import { workNamespace } from '../../../src/domain/layout.js';
import type { Work, WorkPlacement } from '../../../src/domain/work.js';
import { isWritten } from '../../../src/domain/work.js';
import { md5 } from '../objectName.js';
import type { ClusterObject } from './clusterObject.js';
import type { NewCondition } from './statusConditions.js';
import { placementRecord, recordAnnotation } from './placementRecord.js';
import { labelValue, ownerReference, sourceAnnotation } from './workObject.js';
import type { Workload } from './workloads.js';

export interface PlacementSource {
  readonly work: Work;
  readonly placement: WorkPlacement;
  /** The Work as the cluster has it. */
  readonly owner: ClusterObject;
}

const workType = { apiVersion: 'platform.kratix.io/v1alpha1', kind: 'Work' } as const;

/** One group of documents at one Destination (reference, sections 1.6 and 5.4). */
export function placementObject(source: PlacementSource, workloads: ReadonlyMap<string, readonly Workload[]>) {
  const { work, placement, owner } = source;
  const group = work.groups.find(({ id }) => id === placement.group);
  const record = placementRecord(work, placement);
  return {
    metadata: {
      name: placement.name,
      namespace: workNamespace(work),
      labels: {
        'kratix.io/work': labelValue(owner.metadata.name),
        'kratix.io/workload-group-id': placement.group,
        'kratix.io/targetDestinationName': labelValue(placement.destination),
        'kratix.io/pipeline-name': labelValue(work.pipeline ?? ''),
        ...(placement.misplaced ? { 'kratix.io/misplaced': 'true' } : {}),
      },
      annotations: {
        [sourceAnnotation]: sourceDigest(owner, record),
        [recordAnnotation]: record,
      },
      ownerReferences: [ownerReference(owner, workType)],
    },
    spec: {
      targetDestinationName: placement.destination,
      promiseName: work.promise,
      ...(work.resource === undefined ? {} : { resourceName: work.resource.name }),
      id: placement.group,
      generation: owner.metadata.generation ?? 1,
      workloads: workloads.get(group?.snapshot ?? '') ?? [],
    },
  };
}

function sourceDigest({ metadata: { uid, generation } }: ClusterObject, record: string): string {
  return md5(JSON.stringify([uid, generation, record]));
}

/** `Ready` only when written and not misplaced (reference, section 1.6). */
export function placementStatus({ work, placement }: PlacementSource): {
  readonly versionID?: string;
  readonly conditions: NewCondition[];
} {
  const group = work.groups.find(({ id }) => id === placement.group);
  const written = group !== undefined && isWritten(placement, group);
  const conditions = [
    placement.misplaced
      ? condition(
          'ScheduleSucceeded',
          'False',
          'DestinationSelectorMismatch',
          'Target destination no longer matches destinationSelectors',
        )
      : condition('ScheduleSucceeded', 'True', 'ScheduledToDestination', 'Scheduled to correct Destination'),
    ...writeConditions(placement, written),
    readyCondition(placement, written),
  ];
  const revision = placement.written?.revision;
  return { ...(revision === undefined || revision === '' ? {} : { versionID: revision }), conditions };
}

function writeConditions({ refusal }: WorkPlacement, written: boolean): NewCondition[] {
  if (written) {
    return [condition('WriteSucceeded', 'True', 'WorkloadsWrittenToStateStore', 'Workloads written to State Store')];
  }
  return refusal === undefined ? [] : [condition('WriteSucceeded', 'False', 'WorkloadsFailedWrite', refusal)];
}

function readyCondition({ misplaced, refusal }: WorkPlacement, written: boolean): NewCondition {
  if (misplaced) return condition('Ready', 'False', 'Misplaced', 'Misplaced');
  if (!written && refusal !== undefined) return condition('Ready', 'False', 'WorkloadsFailedWrite', 'Failing');
  if (!written) return condition('Ready', 'False', 'ScheduledToDestination', 'Pending');
  return condition('Ready', 'True', 'WorkloadsWrittenToTargetDestination', 'Ready');
}

function condition(type: string, status: string, reason: string, message: string): NewCondition {
  return { type, status, reason, message };
}
