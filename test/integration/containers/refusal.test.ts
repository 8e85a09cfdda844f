import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { containerEngine } from '../../../activities/containers/engine.js';
import { BASE_IMAGE } from '../../../src/setup/baseImage.js';
import { never, openStages, type Stages } from './stage.js';

let stages: Stages;

beforeAll(async () => {
  stages = await openStages();
});

afterEach(async () => {
  expect(await stages.left()).toEqual([]);
});

afterAll(() => stages.close());

test('an image that is nowhere is named and not tried again', async () => {
  const missing = stages.stage('true', { image: 'localhost/fulfil-nowhere:1' });
  for (const pull of ['IfNotPresent', 'Never', 'Always'] as const) {
    await expect(stages.engine.run({ ...missing, pull }, never())).rejects.toMatchObject({
      type: 'ImageNotFound',
      retryable: false,
      message: expect.stringContaining('image localhost/fulfil-nowhere:1 is neither on this machine nor could it'),
    });
  }
  const nonRoot = { ...missing, security: { nonRoot: true } };
  await expect(stages.engine.run(nonRoot, never())).rejects.toMatchObject({ type: 'ImageNotFound' });
});

test('a registry that cannot be reached is tried again', async () => {
  const spec = stages.stage('true', { image: 'registry.invalid/fulfil/nowhere:1' });
  await expect(stages.engine.run(spec, never())).rejects.toMatchObject({ type: 'ImagePullFailed', retryable: true });
});

test('what is no image name is refused, and is never read as a flag', async () => {
  const spec = stages.stage('true', { image: '--privileged' });
  await expect(stages.engine.run(spec, never())).rejects.toMatchObject({ type: 'ImageNotFound', retryable: false });
});

test('a command that the image has not, or that is no program, is refused by name', async () => {
  for (const command of ['no-such-program', '/etc']) {
    await expect(stages.engine.run(stages.stage('', { command: [command] }), never())).rejects.toMatchObject({
      type: 'StageRefused',
      retryable: false,
      message: expect.stringContaining(`the command ${command} cannot be run in the image ${BASE_IMAGE}`),
    });
  }
});

test('root is refused where the stage must not be root', async () => {
  for (const security of [{ nonRoot: true }, { nonRoot: true, user: 0 }]) {
    await expect(stages.engine.run(stages.stage('true', { security }), never())).rejects.toMatchObject({
      type: 'StageRefused',
      retryable: false,
      message: expect.stringContaining('may not run as root'),
    });
  }
  const named = stages.stage('id -u', { security: { nonRoot: true, user: 12 } });
  expect((await stages.engine.run(named, never())).lastLine).toBe('12');
});

test('variables that no process can have are refused without their values', async () => {
  const big = { BIG: 'x'.repeat(200_000) };
  const refused: Readonly<Record<string, string>>[] = [
    { 'A B': 'secret' },
    { '': 'secret' },
    { 'A=B': 'secret' },
    { LD_PRELOAD: 'secret\nsecret' },
    big,
  ];
  for (const env of refused) {
    await expect(stages.engine.run(stages.stage('true', { env }), never())).rejects.toMatchObject({
      type: 'StageRefused',
      message: expect.not.stringMatching(/secret|xxx/),
    });
  }
});

test('flags that the engine does not take are its failure, not the image’s', async () => {
  const broken = containerEngine({ ...stages.choice, runArgs: ['--no-such-flag'], baseImage: BASE_IMAGE });
  await expect(broken.run(stages.stage('true'), never())).rejects.toMatchObject({
    type: 'EngineUnavailable',
    retryable: true,
    message: expect.stringContaining('no-such-flag'),
  });
});
