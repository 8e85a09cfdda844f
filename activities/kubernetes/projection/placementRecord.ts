import { z } from 'zod';
import { stateStoreKinds } from '../../../src/domain/destination.js';
import { selectorSources } from '../../../src/domain/selectors.js';
import type { Work, WorkPlacement } from '../../../src/domain/work.js';
import { isOfPipeline, replaceWork } from '../../../src/domain/works.js';
import type { ClusterObject } from './clusterObject.js';

/** Everything that finds a placement's documents again when Temporal has lost what it knew; no document itself. */
export const recordAnnotation = 'fulfil.io/placement';

const Expression = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
});

const PlacementRecord = z.object({
  work: z.object({
    kind: z.enum(['dependency', 'resource']),
    name: z.string(),
    promise: z.string(),
    resource: z.object({ namespace: z.string(), name: z.string() }).optional(),
    pipeline: z.string().optional(),
    pipelineNamespace: z.string().optional(),
    onUnschedule: z.enum(['keep', 'delete']).optional(),
  }),
  group: z.object({
    id: z.string(),
    directory: z.string(),
    selectors: z.array(
      z.object({
        source: z.enum(selectorSources),
        matchLabels: z.record(z.string(), z.string()).optional(),
        matchExpressions: z.array(Expression).optional(),
      }),
    ),
    snapshot: z.string(),
    files: z.number(),
    bytes: z.number(),
  }),
  placement: z.object({
    name: z.string(),
    destination: z.string(),
    store: z.object({ kind: z.enum(stateStoreKinds), name: z.string() }),
    layout: z.object({
      mode: z.enum(['nestedByMetadata', 'aggregatedYAML', 'none']),
      directory: z.string(),
      stateFile: z.string().optional(),
      aggregate: z.string().optional(),
    }),
    proposal: z.boolean().optional(),
    misplaced: z.boolean(),
  }),
});
type PlacementRecord = z.infer<typeof PlacementRecord>;

/** The annotation's text. */
export function placementRecord(work: Work, placement: WorkPlacement): string {
  const { groups, placements: _placements, recovered: _recovered, ...rest } = work;
  const { group: id, reason: _reason, refusal: _refusal, written: _written, ...place } = placement;
  return JSON.stringify({ work: rest, group: groups.find((group) => group.id === id), placement: place });
}

/** The Works that WorkPlacements tell of. What a store holds of them is not known; that somebody wanted it there is. */
export function recordedWorks(placements: readonly ClusterObject[]): readonly Work[] {
  return placements.reduce<Work[]>((works, object) => {
    const record = recordOf(object);
    return record === undefined ? works : replaceWork(works, withRecord(works, record));
  }, []);
}

/** Undefined when there is none, or when somebody has edited it so that it means nothing: it is ours alone. */
function recordOf({ metadata }: ClusterObject): PlacementRecord | undefined {
  try {
    return PlacementRecord.safeParse(JSON.parse(metadata.annotations?.[recordAnnotation] ?? 'null')).data;
  } catch {
    return undefined;
  }
}

function withRecord(works: readonly Work[], { work, group, placement }: PlacementRecord): Work {
  const { groups, placements } = works.find((each) => isOfPipeline(each, work.pipeline)) ?? {
    groups: [],
    placements: [],
  };
  const { store, layout, proposal } = placement;
  // No digest: whatever lies there is written over, or removed.
  const written = { snapshot: '', revision: '', store, layout, proposal };
  const known = { ...placement, group: group.id, reason: 'as its WorkPlacement says', written };
  return {
    ...{ ...work, recovered: true },
    groups: [...groups.filter(({ id }) => id !== group.id), group],
    placements: [...placements, known],
  };
}
