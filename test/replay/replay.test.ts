import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import * as workflows from '../../workflows/index.js';
import { workflowBundle } from '../platform/workflowBundle.js';
import type { RecordedHistory } from './history.js';
import { fromRecorded } from './history.js';

const folder = new URL('histories/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();

let bundle: Awaited<ReturnType<typeof workflowBundle>>;
beforeAll(async () => {
  // A violation is told to the test; the worker need not print it as well.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  bundle = await workflowBundle();
});

async function historyOf(name: string): Promise<RecordedHistory> {
  return JSON.parse(await readFile(new URL(name, folder), 'utf8')) as RecordedHistory;
}

/** Ids of children and signals depend on the workflow's own id, which a history's first event knows. */
async function replay(recorded: RecordedHistory): Promise<void> {
  const history = fromRecorded(recorded);
  const id = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  await Worker.runReplayHistory(bundle, history, id ?? undefined);
}

test.each(names)('%s replays', async (name) => {
  await replay(await historyOf(name));
});

test('every workflow type has a recorded history', () => {
  const recorded = new Set(names.map((name) => name.slice(0, name.lastIndexOf('-'))));
  // The default one is for names that there are not, and ends with its first task.
  const types = Object.keys(workflows).filter((type) => type !== 'default');
  expect(types.filter((type) => !recorded.has(type))).toEqual([]);
});

test('a replay notices when code no longer does what was recorded', async () => {
  const texts = await Promise.all(names.map(async (name) => JSON.stringify(await historyOf(name))));
  const text = texts.find((each) => each.includes('"runStage"')) ?? '';
  const changed = JSON.parse(text.replaceAll('"runStage"', '"runAnother"')) as RecordedHistory;
  await expect(replay(changed)).rejects.toThrow(DeterminismViolationError);
});

test('no recorded history names a machine or a folder of one', async () => {
  for (const name of names) {
    const history = await historyOf(name);
    const text = JSON.stringify(history, (key, value: unknown) =>
      key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
    );
    expect(text).not.toMatch(/"(workerI|i)dentity":"[^"]+"|\d+@[\w.-]+|\/tmp\/|\/root\/|\/Users\//);
  }
});
