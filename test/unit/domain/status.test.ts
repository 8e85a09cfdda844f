import { describe, expect, test } from '@jest/globals';
import { setCondition } from '../../../src/domain/condition.js';
import { reason } from '../../../src/domain/failure.js';
import { operationId, promiseId, resourceId, runId } from '../../../src/domain/ids.js';
import { objectStatus } from '../../../src/domain/objectStatus.js';
import { describeOwner, workName } from '../../../src/domain/owner.js';
import { apiKey, groupOf, servesVersion } from '../../../src/domain/plan.js';
import { describeProblem, describeProblems } from '../../../src/domain/problem.js';
import type { RunRecord } from '../../../src/domain/run.js';
import { describeUnscheduled } from '../../../src/domain/run.js';

describe('conditions', () => {
  const ready = { type: 'Ready', status: 'True', reason: 'Done', message: 'done' } as const;

  test('the time moves only when the status flips', () => {
    const first = setCondition([], ready, 't1');
    const second = setCondition(first, { ...ready, message: 'still done' }, 't2');
    expect(second).toEqual([{ ...ready, message: 'still done', lastTransitionTime: 't1' }]);
    expect(setCondition(second, { ...ready, status: 'False' }, 't3')[0]?.lastTransitionTime).toBe('t3');
  });

  test('others stay', () => {
    const two = setCondition(setCondition([], ready, 't1'), { ...ready, type: 'Other' }, 't2');
    expect(two.map(({ type }) => type)).toEqual(['Ready', 'Other']);
  });
});

describe('the status that pipelines and people read', () => {
  const pipelines = ['first', 'second', 'third'].map((name) => ({
    name,
    timeoutSeconds: 60,
    stages: [
      { name: 'a', image: 'i' },
      { name: 'b', image: 'i' },
    ],
  }));
  const stage = (pipeline: string, name: string, outcome: 'Running' | 'Succeeded' | 'Failed') => ({
    pipeline,
    stage: name,
    image: 'i',
    outcome,
  });
  const run = (action: RunRecord['action'], stages: RunRecord['stages']): RunRecord => ({
    id: 'run',
    number: 1,
    action,
    generation: 1,
    promiseGeneration: 1,
    startedAt: 't',
    outcome: 'Running',
    message: '',
    stages,
  });
  const phases = (runs: readonly RunRecord[]) => {
    const source = { message: 'm', generation: 1, observedGeneration: 1, conditions: [], pipelines, runs };
    const status = objectStatus(source) as { kratix: { workflows: { pipelines: { phase: string }[] } } };
    return status.kratix.workflows.pipelines.map(({ phase }) => phase);
  };

  test('a pipeline is pending, running, succeeded or failed by its stages', () => {
    expect(phases([])).toEqual(['Pending', 'Pending', 'Pending']);
    const stages = [
      stage('first', 'a', 'Succeeded'),
      stage('first', 'b', 'Succeeded'),
      stage('second', 'a', 'Succeeded'),
    ];
    expect(phases([run('configure', stages)])).toEqual(['Succeeded', 'Running', 'Pending']);
    expect(phases([run('configure', [...stages, stage('second', 'b', 'Failed')])])).toEqual([
      'Succeeded',
      'Failed',
      'Pending',
    ]);
  });

  test('placing anew does not make configured pipelines pending', () => {
    const configured = run('configure', [stage('first', 'a', 'Succeeded'), stage('first', 'b', 'Succeeded')]);
    expect(phases([run('place', []), configured])[0]).toBe('Succeeded');
  });
});

test('ids read like their objects', () => {
  expect(promiseId('jenkins')).toBe('promise/jenkins');
  expect(runId(resourceId('jenkins', 'default', 'example'), 3)).toBe('resource/jenkins/default/example/run-3');
  expect(operationId('installPromise', 'promise/jenkins', '1f2e3d4c5b6a')).toBe(
    'installPromise/promise/jenkins/1f2e3d4c',
  );
});

test('owners and their works are named as in Kratix', () => {
  const base = {
    promise: 'jenkins',
    apiVersion: 'v',
    kind: 'Promise',
    plural: 'promises',
    namespace: '',
    name: 'jenkins',
  };
  const promise = { ...base, type: 'promise' } as const;
  const resource = { ...base, type: 'resource', kind: 'jenkins', namespace: 'default', name: 'example' } as const;
  expect([describeOwner(promise), describeOwner(resource)]).toEqual(['Promise jenkins', 'jenkins default/example']);
  expect([workName(promise, undefined), workName(promise, 'setup'), workName(resource, 'configure')]).toEqual([
    'jenkins-static-deps-b561a',
    'jenkins-setup-bacdf',
    'jenkins-example-configure-d2d13',
  ]);
});

test('works of different objects have different names, whatever words their parts make', () => {
  const base = { type: 'resource', apiVersion: 'v1', kind: 'k', plural: 'ks', namespace: 'default' } as const;
  const names = [
    workName({ ...base, promise: 'redis', name: 'cluster-a' }, 'configure'),
    workName({ ...base, promise: 'redis-cluster', name: 'a' }, 'configure'),
    workName({ ...base, promise: 'redis', name: 'cluster-a', namespace: 'team' }, 'configure'),
    workName({ ...base, type: 'promise', promise: 'redis', namespace: '', name: 'redis' }, undefined),
    workName({ ...base, type: 'promise', promise: 'redis', namespace: '', name: 'redis' }, 'static-deps'),
  ];
  expect(new Set(names).size).toBe(names.length);
  const long = workName({ ...base, promise: 'p'.repeat(40), name: 'n'.repeat(40) }, 'configure');
  expect(long).toHaveLength(62);
});

test('an API is known by group and kind, whatever its case, and serves its versions', () => {
  const api = { group: 'example.com', versions: ['v1', 'v1beta1'], kind: 'Database', plural: 'databases' };
  expect(apiKey('Example.com', 'database')).toBe(apiKey('example.com', 'Database'));
  expect([
    servesVersion(api, 'example.com/v1'),
    servesVersion(api, 'example.com/v2'),
    servesVersion(api, 'v1'),
  ]).toEqual([true, false, false]);
  expect([groupOf('example.com/v1'), groupOf('v1')]).toEqual(['example.com', '']);
});

test('what is said fits in one line', () => {
  expect(reason(new Error('first\n   second\n'))).toBe('first second');
  expect(reason('text')).toBe('text');
  const problem = { document: 'Promise a', field: 'spec', message: 'expected an object' };
  expect(describeProblem({ ...problem, field: '' })).toBe('Promise a: expected an object');
  expect(describeProblems([problem, problem])).toBe(
    'Promise a: spec: expected an object; Promise a: spec: expected an object',
  );
  const group = (waitsFor: string) => ({ work: 'w', directory: '.', waitsFor });
  expect(describeUnscheduled([group('a=1'), group('b=2'), group('a=1')])).toBe(
    'no Destination matches a=1 or b=2; goes out by itself when one appears',
  );
});
