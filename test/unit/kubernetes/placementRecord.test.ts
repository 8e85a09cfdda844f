import { expect, test } from '@jest/globals';
import type { ClusterObject } from '../../../activities/kubernetes/projection/clusterObject.js';
import {
  placementRecord,
  recordAnnotation,
  recordedWorks,
} from '../../../activities/kubernetes/projection/placementRecord.js';
import type { Work, WorkloadGroup, WorkPlacement } from '../../../src/domain/work.js';

const group = (id: string): WorkloadGroup => ({
  ...{ id, directory: id, snapshot: `s-${id}`, files: 1, bytes: 2 },
  selectors: [
    { source: 'promise', matchLabels: { team: 'a' }, matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
  ],
});

const placement = (id: string, destination: string): WorkPlacement => ({
  ...{ name: `w.${destination}-${id}`, group: id, destination, reason: 'because', misplaced: false },
  store: { kind: 'GitStateStore', name: 'main' },
  layout: { mode: 'none', directory: destination, stateFile: `${destination}/.kratix/x.yaml` },
  refusal: 'not now',
});

const first: Work = {
  ...{ kind: 'resource', name: 'w', promise: 'p', pipeline: 'first', onUnschedule: 'delete' },
  resource: { namespace: 'default', name: 'r' },
  groups: [group('a'), group('b')],
  placements: [placement('a', 'east'), placement('b', 'west')],
};
const second: Work = { ...first, name: 'v', pipeline: 'second', placements: [placement('a', 'east')] };

function shown(work: Work): ClusterObject[] {
  return work.placements.map((each) => {
    return { metadata: { name: each.name, annotations: { [recordAnnotation]: placementRecord(work, each) } } };
  });
}

test('the Works of an object are known again from its WorkPlacements, but for what stores hold', () => {
  const works = recordedWorks([...shown(first), ...shown(second)]);
  const known = ({ group: id, destination }: WorkPlacement) => {
    const { refusal: _refusal, ...place } = placement(id, destination);
    const { store, layout } = place;
    const written = { snapshot: '', revision: '', store, layout };
    return { ...place, reason: 'as its WorkPlacement says', written };
  };
  expect(works).toEqual([
    { ...first, recovered: true, placements: first.placements.map(known) },
    { ...second, recovered: true, groups: [group('a')], placements: second.placements.map(known) },
  ]);
});

test.each([undefined, 'null', '{', '{"work":{}}'])('a record that somebody made %j tells nothing', (text) => {
  const annotations = text === undefined ? undefined : { [recordAnnotation]: text };
  expect(recordedWorks([{ metadata: { name: 'x', annotations } }])).toEqual([]);
});
