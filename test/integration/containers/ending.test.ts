import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { containerName } from '../../../activities/containers/containerName.js';
import { appears, never, openStages, type Stages } from './stage.js';

let stages: Stages;
let out: string;

beforeAll(async () => {
  stages = await openStages();
  out = join(stages.folder, 'out');
});

beforeEach(() => rm(join(out, 'up'), { force: true }));

afterEach(async () => {
  expect(await stages.left()).toEqual([]);
});

afterAll(() => stages.close());

const IGNORES_TERM = 'trap "" TERM; touch /out/up; while :; do sleep 1; done';
const HEEDS_TERM = 'trap "echo bye > /out/bye; exit 0" TERM; touch /out/up; while :; do usleep 20000; done';

test('an abort ends a stage politely where it listens', async () => {
  const abort = new AbortController();
  const running = stages.engine.run(stages.stage(HEEDS_TERM, { graceSeconds: 20 }), abort.signal);
  await appears(out, 'up');
  const from = Date.now();
  abort.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow('cancelled');
  expect(Date.now() - from).toBeLessThan(19_000); // its grace would be 20
  await appears(out, 'bye');
});

test('an abort kills a stage that does not listen after its grace', async () => {
  const abort = new AbortController();
  const running = stages.engine.run(stages.stage(IGNORES_TERM, { graceSeconds: 1 }), abort.signal);
  await appears(out, 'up');
  const from = Date.now();
  abort.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow('cancelled');
  const took = Date.now() - from;
  expect(took).toBeGreaterThanOrEqual(900);
  expect(took).toBeLessThan(9_000); // the engine's own grace would be 10
});

test('an abort at any moment of the start leaves nothing', async () => {
  for (const after of [0, 5, 20, 50, 80, 120, 200]) {
    const signal = AbortSignal.timeout(after);
    await expect(stages.engine.run(stages.stage('sleep 60', { graceSeconds: 0 }), signal)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(await stages.left()).toEqual([]);
  }
});

test('a container that a dead worker left under the same key is replaced', async () => {
  const spec = stages.stage('echo second');
  const { runArgs } = stages.choice;
  const leftover = ['run', '--detach', ...runArgs, '--network=none', `--name=${containerName(spec.key)}`];
  await stages.ask(...leftover, spec.image, 'sleep', '1000');
  const from = Date.now();
  expect(await stages.engine.run(spec, never())).toMatchObject({ exitCode: 0, lastLine: 'second' });
  expect(Date.now() - from).toBeLessThan(9_000); // the engine's own grace would be 10
});

test('an attempt that is being stopped does not take its successor of the same key along', async () => {
  for (const after of [0, 50, 100, 150, 200, 300, 400]) {
    await rm(join(out, 'up'), { force: true });
    const abort = new AbortController();
    const spec = stages.stage(HEEDS_TERM);
    const first = stages.engine.run(spec, abort.signal);
    await appears(out, 'up');
    const next = { ...spec, command: ['sh', '-c', 'sleep 1; echo second'], logFile: join(stages.folder, 'log-next') };
    const ended = expect(first).rejects.toThrow('cancelled');
    abort.abort(new Error('cancelled'));
    await new Promise((resolve) => setTimeout(resolve, after));
    expect(await stages.engine.run(next, never())).toMatchObject({ exitCode: 0, lastLine: 'second' });
    await ended;
  }
});

test('the sweep removes what dead workers left, and only that', async () => {
  const dead = `dead-${stages.worker}`;
  const alive = `alive-${stages.worker}`;
  const abort = new AbortController();
  const spec = stages.stage(IGNORES_TERM, { worker: alive, graceSeconds: 0 });
  const running = stages.engine.run(spec, abort.signal);
  await appears(out, 'up');
  const orphan = containerName(`orphan-${dead}`);
  const start = ['run', '--detach', ...stages.choice.runArgs, '--network=none', `--name=${orphan}`];
  await stages.ask(...start, `--label=fulfil.io/worker=${dead}`, spec.image, 'sleep', '1000');

  expect(await stages.engine.sweep((worker) => worker !== dead)).toEqual([orphan]);
  expect(await stages.left(dead)).toEqual([]);
  expect(await stages.left(alive)).toEqual([containerName(spec.key)]);
  abort.abort(new Error('done'));
  await expect(running).rejects.toThrow('done');
  expect(await stages.left(alive)).toEqual([]);
});

test('stages run side by side', async () => {
  const results = await Promise.all(
    [1, 2, 3, 4].map((i) => {
      const logFile = join(stages.folder, `log-${i}`);
      return stages.engine.run(stages.stage(`echo ${i}`, { logFile }), never());
    }),
  );
  expect(results.map((result) => result.lastLine)).toEqual(['1', '2', '3', '4']);
});
