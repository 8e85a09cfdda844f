import { expect, test } from '@jest/globals';
import { canaryDocuments } from '../../../src/domain/canary.js';
import { placementLayout, placementName } from '../../../src/domain/layout.js';
import { escapes, joinStorePath } from '../../../src/domain/storePath.js';
import { dependencyWork, destinationOf, groupOf, resourceWork } from './fixtures.js';

const group = groupOf({});
const nested = destinationOf('west', {}, { path: '/team/west/' });
const flat = destinationOf('west', {}, { layout: { mode: 'none', filename: '' } });
const one = destinationOf('west', {}, { layout: { mode: 'aggregatedYAML', filename: 'catalog.yaml' } });

test('nestedByMetadata: a folder for each placement', () => {
  expect(placementLayout(resourceWork([group]), group, nested)).toEqual({
    mode: 'nestedByMetadata',
    directory: 'team/west/resources/default/jenkins/example/configure/5058f',
  });
  // Static dependencies have no pipeline, and the path no empty segment for it.
  expect(placementLayout(dependencyWork([group]), group, nested).directory).toBe(
    'team/west/dependencies/jenkins/5058f',
  );
  const byPipeline = { ...dependencyWork([group]), pipeline: 'setup' };
  expect(placementLayout(byPipeline, group, nested).directory).toBe('team/west/dependencies/jenkins/setup/5058f');
});

test('documents of pipelines that have a namespace of their own are under that one', () => {
  const work = { ...resourceWork([group]), pipelineNamespace: 'team-a' };
  expect(placementLayout(work, group, nested).directory).toBe(
    'team/west/resources/team-a/jenkins/example/configure/5058f',
  );
  expect(placementLayout(work, group, flat).stateFile).toBe(
    'west/.kratix/team-a-jenkins-example-configure.west-5058f.yaml',
  );
});

test("none: the Destination's root, with a file that lists what the placement wrote", () => {
  expect(placementLayout(resourceWork([group]), group, flat)).toEqual({
    mode: 'none',
    directory: 'west',
    stateFile: 'west/.kratix/default-jenkins-example-configure.west-5058f.yaml',
  });
  expect(placementLayout(dependencyWork([group]), group, flat).stateFile).toBe(
    'west/.kratix/kratix-platform-system-jenkins-static-deps.west-5058f.yaml',
  );
});

test('aggregatedYAML: one file of the Destination', () => {
  expect(placementLayout(resourceWork([group]), group, one)).toEqual({
    mode: 'aggregatedYAML',
    directory: 'west',
    aggregate: 'west/catalog.yaml',
  });
});

test('a placement is named as Kratix names it', () => {
  expect(placementName(resourceWork([group]), group, 'west')).toBe('jenkins-example-configure.west-5058f');
});

test('test documents lie where an agent of the layout looks', () => {
  expect(canaryDocuments(nested).map(({ path }) => path)).toEqual([
    'team/west/dependencies/kratix-canary-namespace.yaml',
    'team/west/resources/kratix-canary-configmap.yaml',
  ]);
  expect(canaryDocuments(flat).map(({ path }) => path)).toEqual([
    'west/kratix-canary-namespace.yaml',
    'west/kratix-canary-configmap.yaml',
  ]);
});

test.each([
  [['a', 'b'], 'a/b'],
  [['/a/', '', './b//c'], 'a/b/c'],
  [['', '.', '/'], ''],
])('%j joins to %j', (parts, path) => {
  expect(joinStorePath(...parts)).toBe(path);
});

test.each([
  ['a/b', false],
  ['a/..b/c', false],
  ['..', true],
  ['a/../b', true],
  ['/a', true],
  ['a\\b', true],
  ['a\0b', true],
])('%j escapes: %s', (path, expected) => {
  expect(escapes(path)).toBe(expected);
});
