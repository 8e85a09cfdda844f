import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pipeline, promise, request, stage } from '../platform/documents.js';
import { eventually } from '../platform/eventually.js';
import { gate } from '../platform/gate.js';
import { ended, execute, failure, handOver, start } from '../platform/operations.js';
import type { Platform } from '../platform/platform.js';
import { openPlatform } from '../platform/platform.js';

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform({
    destinations: { west: {} },
    environment: { FULFIL_RECONCILIATION_INTERVAL: '2s', FULFIL_RECONCILE_AFTER_FAILURE: 'false' },
  });
});
afterAll(() => platform?.close());

const entityOf = (name: string) => `resource/${name}/default/one`;

async function runsOf(entity: string): Promise<number> {
  return (await platform.entities.status(entity))?.runs.length ?? 0;
}

test('a configuration runs again by itself when its interval is over, unless it is to stay failed', async () => {
  const configure = [pipeline('check', [stage('check', 'true')])];
  await execute(platform, 'installPromise', promise('checked', { resource: { configure } }));
  const failing = [pipeline('check', [stage('check', 'false')])];
  await execute(platform, 'installPromise', promise('broken', { resource: { configure: failing } }));
  // The Promise's own interval comes before the operator's.
  const annotations = { 'kratix.io/reconciliation-interval': '1h' };
  await execute(platform, 'installPromise', promise('seldom', { annotations, resource: { configure } }));
  await execute(platform, 'configureResource', request('seldom', 'one'));
  await failure(execute(platform, 'configureResource', request('broken', 'one')));
  await execute(platform, 'configureResource', request('checked', 'one'));
  await eventually('three runs', async () => ((await runsOf(entityOf('checked'))) >= 3 ? true : undefined));
  expect(await runsOf(entityOf('broken'))).toBe(1);
  expect(await runsOf(entityOf('seldom'))).toBe(1);
});

test('an interval that changes while the Promise is being installed is the one that counts afterwards', async () => {
  const held = gate(platform.home, 'hasty');
  const hasty = (interval: string) =>
    promise('hasty', {
      annotations: { 'kratix.io/reconciliation-interval': interval },
      promise: { configure: [pipeline('configure', [stage('hold', held.script)])] },
    });
  const first = await start(platform, 'installPromise', hasty('1h'));
  await held.reached();
  const second = await handOver(platform, 'installPromise', hasty('2h'));
  await held.open();
  await ended(first);
  await ended(second);
  expect(await platform.entities.offer('hasty')).toMatchObject({
    newest: { intervalMillis: 2 * 3_600_000 },
    plan: { intervalMillis: 2 * 3_600_000 },
  });
});
