import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../src/server/freePort.js';
import { freePorts } from '../../src/server/freePorts.js';
import { holds } from '../platform/eventually.js';

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fulfil-dev-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test('a second Ctrl-C ends at once, and leaves no server behind', async () => {
  const port = await freePorts(2);
  const ports = ['--port', String(port), '--ui-port', String(port + 1)];
  const dev = spawn(process.execPath, [program, 'dev', ...ports], {
    env: { ...process.env, FULFIL_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(dev, 'exit');
  let printed = '';
  dev.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!printed.includes('stopping:') && `${printed}${text}`.includes('stopping:')) dev.kill('SIGINT');
    printed += text;
  });
  await holds('the worker to be ready', () => Promise.resolve(printed.includes('worker     ready')));
  dev.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  await holds('the server to be gone', async () => (await freePort(port)) === port);
});
