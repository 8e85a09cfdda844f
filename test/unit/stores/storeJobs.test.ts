import { expect, test } from '@jest/globals';
import { putSnapshot } from '../../../activities/artifacts/snapshot.js';
import { storeJobs } from '../../../activities/stores/storeJobs.js';
import type { Destination } from '../../../src/domain/destination.js';
import { placementLayout } from '../../../src/domain/layout.js';
import type { PlacementWrite, StoreJob } from '../../../src/domain/works.js';
import { aggregate, newDestinationsState, partsOf } from '../../../workflows/entities/destinationsState.js';
import { openScratch } from '../activities/scratch.js';
import { destinationOf, groupOf, resourceWork } from '../domain/fixtures.js';
import { memoryStore } from './memoryStore.js';

const { artifacts, file } = openScratch();
const group = groupOf({});
const work = resourceWork([group]);
const stateStore = { kind: 'DirectoryStateStore', name: 'default' } as const;
const other = { kind: 'DirectoryStateStore', name: 'other' } as const;
const joined = (name: string, path: string) =>
  destinationOf(name, {}, { path, layout: { mode: 'aggregatedYAML', filename: 'all.yaml' } });

/** Two stores in memory, the first of which is looked at, and what the entity `destinations` would know. */
function stores() {
  const state = newDestinationsState();
  const [store, away] = [memoryStore(), memoryStore()];
  const readiness = { ready: true, reason: 'Ready', message: 'ready', checkedAt: '' };
  for (const { kind, name } of [stateStore, other]) {
    const entry = { store: { kind, name, path: '/' }, document: 'd', readiness };
    state.registry = { ...state.registry, stores: { ...state.registry.stores, [`${kind}/${name}`]: entry } };
  }
  const jobs = storeJobs({
    artifacts,
    entities: {
      registry: () => Promise.resolve(state.registry),
      partsOf: (place) => Promise.resolve(partsOf(state, place)),
      aggregated: (part) => Promise.resolve(aggregate(state, part)),
      storeTrouble: () => Promise.resolve(),
    },
    writerFor: ({ name }) => (name === 'default' ? store : away),
    recheckMillis: 1,
  });
  return {
    files: store.files,
    parts: () => state.aggregates,
    register(destination: Destination, deleting = false) {
      const { destinations } = state.registry;
      const entry = { destination, document: 'd', readiness, deleting };
      state.registry = { ...state.registry, destinations: { ...destinations, [destination.name]: entry } };
    },
    forget(name: string) {
      const { [name]: _gone, ...destinations } = state.registry.destinations;
      state.registry = { ...state.registry, destinations };
    },
    run: (job: Pick<StoreJob, 'write' | 'remove'>) =>
      jobs.writeStore({ run: 'run-1', title: 'a request', job: { ...job, store: stateStore } }, signal),
  };
}

const { signal } = new AbortController();

async function writeOf(destination: Destination, name: string): Promise<PlacementWrite> {
  const snapshot = await putSnapshot(artifacts, [await file(`${name}.yaml`, name)]);
  const layout = placementLayout(work, group, destination);
  return { name: `${name}.${destination.name}-5058f`, destination: destination.name, layout, snapshot };
}

const removalOf = (write: PlacementWrite) => ({ ...write, store: stateStore, revision: 'r1' });

test('a file for all that another Destination has by now keeps its documents when the last one of old leaves', async () => {
  const { files, register, run } = stores();
  register(joined('west', 'shared'));
  const old = await writeOf(joined('west', 'shared'), 'old');
  await run({ write: [old], remove: [] });
  register({ ...joined('west', 'shared'), stateStore: other });
  register(joined('heir', 'shared'));
  await run({ write: [await writeOf(joined('heir', 'shared'), 'new')], remove: [] });
  await run({ write: [], remove: [removalOf(old)] });
  expect([...files]).toEqual([['shared/all.yaml', 'new']]);
});

test.each(['gone', 'going'] as const)(
  'nothing is written to a Destination that is %s, and what is there goes',
  async (how) => {
    const { files, parts, register, forget, run } = stores();
    const [west, east] = [destinationOf('west', {}), destinationOf('east', {})];
    for (const destination of [west, east, joined('one', 'one')]) register(destination);
    const there = await writeOf(west, 'there');
    await run({ write: [there], remove: [] });
    for (const destination of [west, joined('one', 'one')]) {
      if (how === 'gone') forget(destination.name);
      else register(destination, true);
    }
    const late = [
      await writeOf(west, 'late'),
      await writeOf(joined('one', 'one'), 'late'),
      await writeOf(east, 'east'),
    ];
    await run({ write: late, remove: [] });
    expect([...files.values()].toSorted()).toEqual(['east', 'there']);
    expect(parts()).toEqual({});
    await run({ write: [], remove: [removalOf(there)] });
    expect([...files.values()]).toEqual(['east']);
  },
);
