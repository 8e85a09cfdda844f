import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { detectEngine } from '../../../src/setup/detectEngine.js';
import { needsProbe, rememberArgs } from '../../../src/setup/engineFlags.js';
import { fakeMachine, type FakeMachine } from './fakeMachine.js';

let machine: FakeMachine;

beforeEach(async () => {
  machine = await fakeMachine();
});

afterEach(() => machine.close());

const DOCKER = 'case "$*" in --version) echo Docker version 28;; *) echo 28.1;; esac';
const NO_DAEMON = 'echo "Cannot connect to the Docker daemon" >&2; exit 1';

test('docker comes first where its daemon answers, else podman, else none', async () => {
  expect(await detectEngine(machine.env)).toBeUndefined();
  await machine.program('bin/docker', NO_DAEMON);
  expect(await detectEngine(machine.env)).toBeUndefined();
  await machine.program('bin/podman', 'echo 4.3.1');
  expect(await detectEngine(machine.env)).toEqual({ name: 'podman', version: '4.3.1', runArgs: [], buildArgs: [] });
  await machine.program('bin/docker', DOCKER);
  expect(await detectEngine(machine.env)).toMatchObject({ name: 'docker', version: '28.1' });
});

test('podman under the name of docker is podman', async () => {
  await machine.program('bin/docker', 'case "$*" in --version) echo podman version 5;; *) echo 5.0;; esac');
  await machine.program('bin/podman', 'echo 5.0');
  expect(await detectEngine(machine.env)).toMatchObject({ name: 'podman' });
});

test('a named engine is taken or refused, never replaced', async () => {
  await machine.program('bin/docker', DOCKER);
  const asked = (name: string) => detectEngine({ ...machine.env, FULFIL_ENGINE: name });
  await expect(asked('podman')).rejects.toThrow('FULFIL_ENGINE is podman, which does not answer: there is no podman');
  await expect(asked('nerdctl')).rejects.toThrow('FULFIL_ENGINE is "nerdctl"; expected docker or podman');
  await machine.program('bin/docker', NO_DAEMON);
  await expect(asked('docker')).rejects.toThrow('Cannot connect to the Docker daemon');
});

test('flags are remembered for one release, and the environment overrules them', async () => {
  await machine.program('bin/docker', DOCKER);
  const flags = ['--runtime=runc', '--ulimit=nofile=1024:1024'];
  const engine = { name: 'docker', version: '28.1' };
  expect(await needsProbe(engine, machine.env)).toBe(true);
  await rememberArgs(engine, flags, machine.env);
  expect(await needsProbe(engine, machine.env)).toBe(false);
  expect(await needsProbe({ ...engine, version: '29' }, machine.env)).toBe(true);
  expect(await detectEngine(machine.env)).toMatchObject({ runArgs: flags, buildArgs: ['--ulimit=nofile=1024:1024'] });
  const env = { ...machine.env, FULFIL_ENGINE_ARGS: ' --a  --b=c ' };
  expect(await detectEngine(env)).toMatchObject({ runArgs: ['--a', '--b=c'] });
  expect(JSON.parse(await readFile(join(machine.cache, 'engine.json'), 'utf8'))).toEqual({ 'docker 28.1': flags });
});

test('a damaged memory is as good as none', async () => {
  await machine.program('bin/podman', 'echo 4.3.1');
  await writeFile(join(machine.cache, 'engine.json'), '{"podman 4.3.1": 7}');
  expect(await detectEngine(machine.env)).toMatchObject({ runArgs: [] });
  expect(await needsProbe({ name: 'podman', version: '4.3.1' }, machine.env)).toBe(true);
});
