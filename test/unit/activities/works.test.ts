import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { EntityClient } from '../../../activities/entityClient.js';
import { getSnapshot, putSnapshot } from '../../../activities/artifacts/snapshot.js';
import { workloadGroups } from '../../../activities/works/workloadGroups.js';
import { works } from '../../../activities/works/works.js';
import { readSelectorsFile } from '../../../src/documents/selectorsFile.js';
import { valueOf } from '../documents/fixtures.js';
import { openScratch } from './scratch.js';

const { artifacts, file } = openScratch();
const promiseSelectors = [{ source: 'promise', matchLabels: { environment: 'dev' } }] as const;

async function groupsOf(paths: readonly string[], selectorsFile = '', emptyDirectories: string[] = []) {
  const files = await Promise.all(paths.map((path) => file(path, path)));
  const selectors = valueOf(readSelectorsFile(selectorsFile));
  return workloadGroups(artifacts, {
    files,
    emptyDirectories,
    selectors,
    promiseSelectors,
    source: 'resource-workflow',
  });
}

const pci = '- directory: pci\n  matchLabels: {zone: pci}\n';

describe("a pipeline's output is split by directory", () => {
  test("without a selectors file it is one group with the Promise's selectors", async () => {
    const [group, ...more] = await groupsOf(['a.yaml', 'pci/b.yaml']);
    expect(more).toEqual([]);
    expect(group).toMatchObject({ directory: '.', files: 2, bytes: 16, selectors: promiseSelectors });
    expect(group?.id).toBe(createHash('md5').update('.').digest('hex'));
  });

  test('a named directory is a group of its own, with its own selector only; paths stay', async () => {
    const groups = await groupsOf(['a.yaml', 'pci/b.yaml', 'pci2/c.yaml'], pci);
    expect(groups.map(({ directory, files }) => [directory, files])).toEqual([
      ['pci', 1],
      ['.', 2],
    ]);
    expect(groups[0]?.selectors).toEqual([{ matchLabels: { zone: 'pci' }, source: 'resource-workflow' }]);
    const files = await getSnapshot(artifacts, groups[0]?.snapshot ?? '');
    expect(files.map(({ path }) => path)).toEqual(['pci/b.yaml']);
  });

  test('the default group is left out when it is empty, and is nothing at all without files', async () => {
    expect((await groupsOf(['pci/b.yaml'], pci)).map(({ directory }) => directory)).toEqual(['pci']);
    expect(await groupsOf([])).toEqual([]);
  });

  test("an entry for the root adds to the Promise's selectors", async () => {
    const [group] = await groupsOf(['a.yaml'], '- matchLabels: {zone: a}\n');
    expect(group?.selectors).toEqual([
      { matchLabels: { zone: 'a' }, source: 'resource-workflow' },
      ...promiseSelectors,
    ]);
  });

  test.each(['pci', 'pci/deep'])('a named directory with no more in it than the empty %s is a group', async (empty) => {
    const groups = await groupsOf(['a.yaml'], pci, [empty, 'other']);
    expect(groups.map(({ directory, files }) => [directory, files])).toEqual([
      ['pci', 0],
      ['.', 1],
    ]);
    expect(await getSnapshot(artifacts, groups[0]?.snapshot ?? '')).toEqual([]);
  });

  test('a directory that is not there is refused', async () => {
    await expect(groupsOf(['a.yaml'], pci, ['pci2'])).rejects.toMatchObject({
      type: 'InvalidMetadata',
      retryable: false,
      message: 'destination-selectors.yaml: directory: pci is not in /kratix/output',
    });
  });

  test('the same output gives the same group, so that nothing is written twice', async () => {
    const [first] = await groupsOf(['a.yaml', 'b.yaml']);
    const [second] = await groupsOf(['b.yaml', 'a.yaml']);
    expect(second).toEqual(first);
  });
});

const { collectMetadata, collectWork } = works({ artifacts, entities: {} as EntityClient });

test('an output of more than fifty megabytes is refused, and not read', async () => {
  const sizes = [30_000_000, 20_000_001];
  const files = sizes.map((size) => ({ path: `${size}`, digest: 'not there', size, executable: false }));
  const volumes = { own: {}, output: await putSnapshot(artifacts, files) };
  const owner = {
    type: 'promise',
    promise: 'db',
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Promise',
    plural: 'promises',
    namespace: '',
    name: 'db',
  } as const;
  const work = { owner, pipeline: 'dump', promiseSelectors: [], before: [], volumes };
  await expect(collectWork(work)).rejects.toMatchObject({
    type: 'OutputRefused',
    retryable: false,
    message: 'pipeline "dump": /kratix/output has 50000001 bytes; expected at most 50000000',
  });
});

describe('metadata that cannot be read', () => {
  test.each(['workflow-control.yaml', 'status.yaml'])(
    '%s of more than a megabyte is refused, and not read',
    async (path) => {
      const small = await file(path, '{}');
      const metadata = await putSnapshot(artifacts, [{ ...small, size: 1_000_001, digest: 'not there' }]);
      await expect(collectMetadata({ volumes: { own: {}, metadata } })).rejects.toMatchObject({
        type: 'InvalidMetadata',
        retryable: false,
        message: `/kratix/metadata/${path}: has 1000001 bytes; expected at most 1000000`,
      });
    },
  );
});
