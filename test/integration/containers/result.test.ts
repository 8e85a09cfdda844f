import { mkdtemp, readFile, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { appears, never, NON_ROOT_IMAGE, openStages, type Stages } from './stage.js';

let stages: Stages;

beforeAll(async () => {
  stages = await openStages();
});

afterEach(async () => {
  expect(await stages.left()).toEqual([]);
});

afterAll(() => stages.close());

test("the exit code, the engine's own codes among them, and the last line are the stage's", async () => {
  for (const code of [0, 3, 125, 126, 127, 137]) {
    const spec = stages.stage(`echo first; printf 'last \\033[31mred\\033[0m\\n\\n'; exit ${code}`);
    const result = await stages.engine.run(spec, never());
    expect(result).toEqual({ exitCode: code, outOfMemory: false, lastLine: 'last red' });
  }
});

test('stdout and stderr reach the log in the order they came', async () => {
  // the pause is the engine's: it reads the two separately, so what comes at the same instant has no order
  const spec = stages.stage(
    'for i in 1 2 3 4 5; do echo "out $i"; usleep 300000; echo "err $i" >&2; usleep 300000; done',
  );
  await stages.engine.run(spec, never());
  const expected = [1, 2, 3, 4, 5].map((i) => `out ${i}\nerr ${i}\n`).join('');
  expect(await readFile(spec.logFile, 'utf8')).toBe(expected);
});

test('a log that grows too long is cut, says so, and the last line is still the last', async () => {
  const spec = stages.stage('yes ä | head -n 100000; echo the end', { logLimitBytes: 1000 });
  const result = await stages.engine.run(spec, never());
  const log = await readFile(spec.logFile, 'utf8');
  expect(result.lastLine).toBe('the end');
  expect(log).toMatch(/^(ä\n)+\n\[cut here: the output is longer than 1000 bytes\]\n$/);
  expect(Buffer.byteLength(log)).toBeLessThan(1100);
});

test('variables arrive as they are and stand in no command line', async () => {
  const env = {
    PLAIN: 'whispered-plain',
    'dotted.name-x': 'whispered-dotted',
    SPACES: '  whispered lead and trail  ',
    QUOTES: `whispered "double" 'single' \`back\``,
    ODD: 'whispered # $HOME \\n = ä 🙂 %s *',
    LINES: 'whispered one\nwhispered two\n\n"three"\r\n',
    EMPTY: '',
    PATH: '/bin:/whispered bin',
    HOME: '/whispered',
    http_proxy: 'http://whispered:whispered@proxy',
  };
  const spec = stages.stage('', { env, command: ['/bin/env', '-0'] });
  await stages.engine.run(spec, never());
  const seen = new Map(
    (await readFile(spec.logFile, 'utf8')).split('\0').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
  expect(Object.fromEntries(Object.keys(env).map((name) => [name, seen.get(name)]))).toEqual(env);

  const waits = stages.stage('touch /out/up; until [ -e /out/go ]; do /bin/usleep 20000; done', {
    env: { ...env, PATH: '/bin' },
  });
  const running = stages.engine.run(waits, never());
  await appears(join(stages.folder, 'out'), 'up');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  await writeFile(join(stages.folder, 'out/go'), '');
  expect(await running).toMatchObject({ exitCode: 0 });
  expect(lines.some((line) => line.includes(stages.worker))).toBe(true);
  expect(lines.filter((line) => /whispered|dotted\.name/.test(line))).toEqual([]);
});

test("the worker's own environment stays the worker's", async () => {
  process.env['HTTPS_PROXY'] = 'http://user:password@proxy.invalid';
  try {
    const result = await stages.engine.run(stages.stage('env | grep -ic proxy; true'), never());
    expect(result.lastLine).toBe('0');
  } finally {
    delete process.env['HTTPS_PROXY'];
  }
});

test('a stage that is not root writes to its output, cannot write to its input, and the worker removes it all', async () => {
  const spec = stages.stage(
    'cat /in/object.yaml; touch /in/x 2>/dev/null && echo writable; umask 077; mkdir -p /out/a/b; id -u > /out/a/b/c',
    { image: NON_ROOT_IMAGE, security: { nonRoot: true, dropCapabilities: ['ALL'], readOnlyRoot: true } },
  );
  const result = await stages.engine.run(spec, never());
  expect(result).toMatchObject({ exitCode: 0, lastLine: 'kind: Test' });
  expect(await readFile(join(stages.folder, 'out/a/b/c'), 'utf8')).toBe('65532\n');
  await rm(join(stages.folder, 'out/a'), { recursive: true });
});

test('user, group, capabilities and the read-only root are as asked', async () => {
  const asked = { user: 7, group: 8, readOnlyRoot: true, dropCapabilities: ['ALL'] };
  const script =
    'id -u; id -g; grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status; touch /tmp/x 2>/dev/null || echo closed';
  const spec = stages.stage(script, { security: asked });
  await stages.engine.run(spec, never());
  expect((await readFile(spec.logFile, 'utf8')).split(/\s+/)).toEqual([
    '7',
    '8',
    'CapBnd:',
    '0000000000000000',
    'NoNewPrivs:',
    '1',
    'closed',
    '',
  ]);

  const loose = stages.stage('grep NoNewPrivs /proc/self/status', { security: { allowPrivilegeEscalation: true } });
  expect((await stages.engine.run(loose, never())).lastLine).toMatch(/\s0$/);
  const grouped = stages.stage('echo $(id -u) $(id -g)', { image: NON_ROOT_IMAGE, security: { group: 9 } });
  expect((await stages.engine.run(grouped, never())).lastLine).toBe('65532 9');
});

test('a stage beyond its memory is killed and known to be', async () => {
  const spec = stages.stage('exec tail /dev/zero', { limits: { pids: 10, memoryBytes: 16 * 1024 * 1024, cpus: 1 } });
  expect(await stages.engine.run(spec, never())).toMatchObject({ exitCode: 137, outOfMemory: true });
});

test('network none leaves the loopback only', async () => {
  const result = await stages.engine.run(
    stages.stage('ls /sys/class/net | grep -v -e lo -e tunl -e sit; echo none'),
    never(),
  );
  expect(result.lastLine).toBe('none');
  const log = await readFile(join(stages.folder, 'log'), 'utf8');
  expect(log).toBe('none\n');
});

test('command and args keep spaces, dashes and the order a pod gives them', async () => {
  const spec = stages.stage('', { command: ['echo', '-x y'], args: ['--name=z', '$HOME', ''] });
  expect((await stages.engine.run(spec, never())).lastLine).toBe('-x y --name=z $HOME');
});

test('what a run needs on the disk is gone afterwards', async () => {
  const { TMPDIR } = process.env;
  // Of this test alone: others use the machine's folder at the same time.
  const scratch = await mkdtemp(join(tmpdir(), 'scratch-'));
  process.env['TMPDIR'] = scratch;
  try {
    await stages.engine.run(stages.stage('true', { env: { A: 'b' } }), never());
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
  expect(await readdir(scratch)).toEqual([]);
  await rmdir(scratch);
  expect((await stat(join(stages.folder, 'out'))).mode & 0o777).toBe(0o777);
});
