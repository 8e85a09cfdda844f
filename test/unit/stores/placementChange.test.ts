import { describe, expect, it } from '@jest/globals';
import { canaryChange } from '../../../activities/stores/canaryChange.js';
import { combinedChange } from '../../../activities/stores/combinedChange.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { PlacementInput } from '../../../activities/stores/placementChange.js';
import { placementChange } from '../../../activities/stores/placementChange.js';
import type { Destination } from '../../../src/domain/destination.js';
import type { PlacementLayout } from '../../../src/domain/layout.js';
import { memoryStore } from './memoryStore.js';

const never = new AbortController().signal;
const nested: PlacementLayout = {
  mode: 'nestedByMetadata',
  directory: 'worker-1/resources/default/redis/example/configure/5058f',
};

function listed(name: string): PlacementLayout {
  return { mode: 'none', directory: 'worker-1', stateFile: `worker-1/.kratix/default-${name}.yaml` };
}

function placement(
  name: string,
  layout: PlacementLayout,
  texts: Readonly<Record<string, string>>,
  more: Partial<PlacementInput> = {},
) {
  const files = Object.entries(texts).map(([path, text]) => memoryFile(path, text));
  return placementChange({ placement: name, layout, files, summary: `Update ${name}`, run: 'run-1', ...more });
}

describe('nestedByMetadata', () => {
  it('makes the directory exactly the files', async () => {
    const store = memoryStore({ [`${nested.directory}/old.yaml`]: 'x', [`${nested.directory}9/theirs`]: 'x' });
    await store.apply([placement('redis', nested, { 'redis.yaml': '1', 'a/b.yaml': '2' })], never);
    expect([...store.files.keys()].sort()).toEqual([
      `${nested.directory}/a/b.yaml`,
      `${nested.directory}/redis.yaml`,
      `${nested.directory}9/theirs`,
    ]);
    await store.apply([placement('redis', nested, {})], never);
    expect([...store.files.keys()]).toEqual([`${nested.directory}9/theirs`]);
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', 'a\\b', '.', ''])('fails for the path %j', async (path) => {
    await expect(memoryStore().apply([placement('redis', nested, { [path]: '1' })], never)).rejects.toMatchObject({
      type: 'PathEscape',
      retryable: false,
      message: `placement redis: the file "${path}" escapes the output directory`,
    });
  });
});

describe('mode none', () => {
  it('keeps a list of its files, to the byte', async () => {
    const store = memoryStore();
    await store.apply([placement('one', listed('one'), { 'redis.yaml': '1', 'a/b.yaml': '2' })], never);
    expect(store.files.get('worker-1/.kratix/default-one.yaml')).toBe(
      'files:\n- worker-1/a/b.yaml\n- worker-1/redis.yaml\n',
    );
    await store.apply([placement('one', listed('one'), { 'redis.yaml': '3' })], never);
    expect(Object.fromEntries(store.files)).toEqual({
      'worker-1/redis.yaml': '3',
      'worker-1/.kratix/default-one.yaml': 'files:\n- worker-1/redis.yaml\n',
    });
    await store.apply([placement('one', listed('one'), {})], never);
    expect(store.files.size).toBe(0);
  });

  it('has nothing to remove without a state file', async () => {
    const store = memoryStore({ 'worker-1/redis.yaml': 'theirs' });
    expect(await store.apply([placement('one', listed('one'), {})], never)).toMatchObject({ changed: false });
  });

  it('refuses a file of another placement, also in the same batch', async () => {
    const store = memoryStore();
    const both = [placement('one', listed('one'), { f: '1' }), placement('two', listed('two'), { f: '1' })];
    await expect(store.apply(both, never)).rejects.toMatchObject({
      type: 'PathConflict',
      message: 'placement two: the file "worker-1/f" is listed by "worker-1/.kratix/default-one.yaml" already',
    });
  });

  it('refuses to overwrite what nobody lists, but takes over its own words', async () => {
    const store = memoryStore({ 'worker-1/README.md': 'mine' });
    await expect(store.apply([placement('one', listed('one'), { 'README.md': 'ours' })], never)).rejects.toMatchObject({
      type: 'PathConflict',
    });
    expect(await store.apply([placement('one', listed('one'), { 'README.md': 'mine' })], never)).toMatchObject({
      changed: true,
    });
  });

  it('keeps out of the state files, and believes no list that leads elsewhere', async () => {
    const intruder = placement('one', listed('one'), { '.kratix/default-two.yaml': 'files: []' });
    await expect(memoryStore().apply([intruder], never)).rejects.toMatchObject({ type: 'PathConflict' });
    for (const text of [
      'files:\n- worker-2/theirs\n',
      'files:\n- worker-1/../x\n',
      'files: 3\n',
      '{',
      'files:\n- /etc/x\n',
    ]) {
      const store = memoryStore({ 'worker-1/.kratix/default-one.yaml': text, 'worker-2/theirs': 'x' });
      await expect(store.apply([placement('one', listed('one'), {})], never)).rejects.toMatchObject({
        retryable: false,
      });
    }
  });

  it('may take over within one run what another placement gives up', async () => {
    const store = memoryStore();
    await store.apply([placement('one', listed('one'), { f: '1' })], never);
    const line = { summary: 'Update x', run: 'r' };
    await store.apply(
      [combinedChange(line, [placement('one', listed('one'), {}), placement('two', listed('two'), { f: '2' })])],
      never,
    );
    expect([...store.files.keys()].sort()).toEqual(['worker-1/.kratix/default-two.yaml', 'worker-1/f']);
  });
});

describe('aggregatedYAML', () => {
  const layout: PlacementLayout = {
    mode: 'aggregatedYAML',
    directory: 'worker-1',
    aggregate: 'worker-1/aggregated.yaml',
  };

  it('joins all parts by the name of their placement', async () => {
    const store = memoryStore();
    const aggregateParts = [
      { placement: 'b', files: [memoryFile('1', 'three: 3')] },
      { placement: 'a', files: [memoryFile('2', 'one: 1'), memoryFile('1', 'two: 2')] },
    ];
    await store.apply([placement('a', layout, {}, { aggregateParts })], never);
    expect(store.files.get('worker-1/aggregated.yaml')).toBe('one: 1\n---\ntwo: 2\n---\nthree: 3');
    await store.apply([placement('a', layout, {}, { aggregateParts: [] })], never);
    expect(store.files.size).toBe(0);
  });

  it('writes nothing when the other parts are not known', async () => {
    const change = placement('a', layout, { f: '1' });
    await expect(memoryStore().apply([change], never)).rejects.toMatchObject({ type: 'AggregateIncomplete' });
  });
});

it('puts canary documents and takes them away', async () => {
  const destination: Destination = {
    name: 'worker-1',
    labels: {},
    path: 'worker-1',
    stateStore: { kind: 'GitStateStore', name: 'main' },
    strictMatchLabels: false,
    layout: { mode: 'nestedByMetadata', filename: 'aggregated.yaml' },
    cleanup: 'none',
    canaries: true,
    draining: false,
    proposals: false,
  };
  const store = memoryStore();
  await store.apply([canaryChange(destination)], never);
  expect([...store.files.keys()].sort()).toEqual([
    'worker-1/dependencies/kratix-canary-namespace.yaml',
    'worker-1/resources/kratix-canary-configmap.yaml',
  ]);
  await store.apply([canaryChange({ ...destination, canaries: false })], never);
  expect(store.files.size).toBe(0);
});
