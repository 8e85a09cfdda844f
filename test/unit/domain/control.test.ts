import { describe, expect, test } from '@jest/globals';
import { standsStill } from '../../../src/domain/phase.js';
import { requirementStatuses, unmet } from '../../../src/domain/requirements.js';
import type { Binding } from '../../../src/domain/revision.js';
import { beginUpgrade, completeUpgrade, failUpgrade } from '../../../src/domain/revision.js';
import { describeStop, suspend } from '../../../src/domain/suspension.js';
import { readCommands, withoutCommands } from '../../../src/documents/commandLabels.js';

describe('suspensions', () => {
  const at = { action: 'configure', generation: 2, now: Date.parse('2026-01-01T00:00:00Z') } as const;

  test('a retry knows when, and counts how often it was asked for by the same pipeline', () => {
    const stop = { pipeline: 'poll', message: 'not yet', afterMilliseconds: 90_000 };
    const first = suspend(stop, at, undefined);
    expect(first).toEqual({
      ...{ action: 'configure', pipeline: 'poll', message: 'not yet', generation: 2, attempts: 1 },
      nextRetryAt: '2026-01-01T00:01:30.000Z',
    });
    expect(suspend(stop, at, first).attempts).toBe(2);
    expect(suspend({ ...stop, pipeline: 'other' }, at, first).attempts).toBe(1);
    expect(suspend(stop, { ...at, action: 'delete' }, first).attempts).toBe(1);
    expect(suspend({ pipeline: 'poll', message: '' }, at, first)).toEqual({
      ...{ action: 'configure', pipeline: 'poll', message: '', generation: 2, attempts: 0 },
    });
  });

  test('a retry that no date can hold any more, from before they were refused, comes as late as any can', () => {
    const stop = { pipeline: 'poll', message: '', afterMilliseconds: 1e20 };
    expect(suspend(stop, at, undefined).nextRetryAt).toBe('2318-04-12T23:47:16.854Z');
  });

  test('are told in a sentence', () => {
    expect(describeStop({ pipeline: 'a', message: '' })).toBe('pipeline a has suspended the workflow');
    expect(describeStop({ pipeline: 'a', message: 'why' }, 'then')).toBe(
      'pipeline a has suspended the workflow: why; tried again at then',
    );
  });

  test('are states in which nothing moves', () => {
    expect((['Suspended', 'Paused', 'Waiting', 'Ready', 'Failed', 'Running'] as const).filter(standsStill)).toEqual([
      ...['Suspended', 'Paused', 'Waiting'],
    ]);
  });
});

test('where requirements stand', () => {
  const offering = { version: 'v2', versions: ['v1', 'v2'] };
  const offerings = { base: { ...offering, available: true }, off: { ...offering, available: false } };
  const requires = [
    { name: 'base' },
    { name: 'base', version: '' },
    { name: 'base', version: 'v1' },
    { name: 'base', version: 'v3' },
    { name: 'off', version: 'v2' },
    { name: 'absent' },
  ];
  const statuses = requirementStatuses(requires, offerings);
  expect(statuses.map(({ state }) => state)).toEqual([
    'Requirement installed',
    'Requirement installed',
    'Requirement installed',
    'Requirement not installed at the specified version',
    'Requirement not available',
    'Requirement not installed',
  ]);
  expect(unmet(statuses)).toHaveLength(3);
});

test('a first run is no upgrade; another version, or a second try, is', () => {
  const fresh: Binding = { version: 'latest' };
  const first = completeUpgrade(beginUpgrade(fresh, 'v1'), 'v1');
  expect(first).toEqual({ version: 'latest', lastApplied: 'v1' });
  expect(beginUpgrade(first, 'v1')).toEqual(first);
  const begun = beginUpgrade(first, 'v2');
  expect(begun.upgrade).toEqual({ state: 'InProgress', to: 'v2' });
  const failed = failUpgrade(begun, 'v2', 'A Configure Pipeline has failed: a');
  expect(failed).toMatchObject({ lastApplied: 'v1', failed: 'v2', upgrade: { state: 'Failed' } });
  const again = completeUpgrade(beginUpgrade(failed, 'v2'), 'v2');
  expect(again).toEqual({ version: 'latest', lastApplied: 'v2', upgrade: { state: 'Complete', to: 'v2' } });
});

test('labels that are commands are heard, and no part of what is wanted', () => {
  const labels = { 'kratix.io/paused': 'true', 'kratix.io/manual-reconciliation': 'true', team: 'a' };
  expect(readCommands(labels)).toEqual({ paused: true, reconcile: true, reconcileResources: undefined });
  expect(readCommands({ 'kratix.io/paused': 'false' }).paused).toBe(false);
  expect(readCommands().paused).toBeUndefined();
  expect(withoutCommands({ labels })).toEqual({ labels: { team: 'a' } });
  expect(withoutCommands({ labels: { 'kratix.io/workflow-suspended': 'true' } })).toEqual({});
});
