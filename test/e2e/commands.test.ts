import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseYaml } from '../../src/documents/readDocuments.js';
import { BASE_IMAGE, buildImage } from '../../src/setup/baseImage.js';
import { configMap, destination, echoStage, pipeline, promise, request, stage } from '../platform/documents.js';
import { holds } from '../platform/eventually.js';
import { storeFiles } from '../platform/storeFiles.js';
import { freePorts } from '../../src/server/freePorts.js';
import { temporal } from '../platform/temporalCli.js';
import type { Product } from './product.js';
import { openProduct } from './product.js';

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const samples = fileURLToPath(new URL('../../deploy/samples', import.meta.url));

let product: Product;
let metrics: string;
beforeAll(async () => {
  const port = String(await freePorts(1));
  metrics = `http://127.0.0.1:${port}/metrics`;
  product = await openProduct({ worker: true, environment: { FULFIL_METRICS_PORT: port } });
  await buildImage(product.engine, 'localhost/fulfil-demo-jenkins:1', join(samples, 'jenkins/image'), {
    BASE: BASE_IMAGE,
  });
});
afterAll(() => product?.close());

const document = 'resources/default/jenkins/example/instance-configure/5058f';

test('the samples: a Promise, a request and its change, and what get, describe and logs say about them', async () => {
  const installed = await product.fulfil('apply', '-f', join(samples, 'jenkins/promise.yaml'));
  expect([installed.code, installed.stdout]).toEqual([0, 'promise/jenkins ready: written to west\n']);
  const asked = await product.fulfil('apply', '-f', join(samples, 'jenkins/request.yaml'));
  expect([asked.code, asked.stdout]).toEqual([0, 'jenkins/default/example ready: written to west\n']);
  expect(asked.stderr).toContain('✓ jenkins/default/example: instance-configure / check-policy');
  const west = join(product.store, 'west');
  expect(await storeFiles(west)).toEqual([
    'dependencies/jenkins/5058f/static/jenkins-dependencies.yaml',
    `${document}/jenkins.yaml`,
  ]);
  const again = await product.fulfil('apply', '-f', join(samples, 'jenkins/request.yaml'));
  expect([again.code, again.stdout]).toEqual([0, 'jenkins/default/example unchanged: written to west\n']);

  const changed = await product.fulfil('apply', '-f', join(samples, 'jenkins/request-prod.yaml'));
  expect(changed.code).toBe(0);
  expect(await readFile(join(west, document, 'jenkins.yaml'), 'utf8')).toContain('name: prod-example');
  expect(await storeFiles(join(west, document))).toEqual(['backup.yaml', 'jenkins.yaml']);

  const old = await product.fulfil('logs', 'jenkins', 'example', '--run', '1', '--stage', 'render');
  expect([old.code, old.stdout]).toEqual([0, 'rendering a dev Jenkins named example for default\n']);
  const misspelt = await product.fulfil('logs', 'jenkins', 'example', '--stage', 'rendr');
  expect([misspelt.code, misspelt.stderr]).toEqual([
    1,
    'run 2 (configure) ran no stage "rendr"; it ran render, check-policy\n',
  ]);
  const none = await product.fulfil('logs', 'promise', 'jenkins');
  expect([none.code, none.stderr]).toEqual([0, 'run 1 (configure) ran no stage\n']);
  const last = await product.fulfil('logs', 'jenkins', 'example');
  expect(last.stdout.split('\n')[0]).toBe('rendering a prod Jenkins named example for default');
  expect(last.stdout).toContain('policy: 2 document(s) checked, all fine');

  const described = await product.fulfil('describe', 'jenkins', 'example');
  expect(described.code).toBe(0);
  expect(described.stdout).toContain('  Message:     a prod Jenkins is on its way\n');
  expect(described.stdout).toContain('Reconciled=True Reconciled: Reconciled');
  expect(described.stdout).toMatch(
    new RegExp(`→ west: west/${document} \\(written, [0-9a-f]{12}\\); the only match for environment=dev`),
  );
  expect(described.stdout).toMatch(/ {2}2 configure generation 2: Succeeded in \d+\.\d s/);

  const json = await product.fulfil('get', 'jenkins', 'example', '-o', 'json');
  const object = JSON.parse(json.stdout) as {
    spec: unknown;
    metadata: { generation: number };
    status: { message: string };
  };
  expect([object.spec, object.metadata.generation, object.status.message]).toEqual([
    { env: 'prod' },
    2,
    'a prod Jenkins is on its way',
  ]);
  const yaml = await product.fulfil('get', 'jenkins', 'example', '-o', 'yaml');
  const parsed = parseYaml(yaml.stdout);
  expect(parsed.ok && parsed.values[0]).toEqual(object);
  const table = await product.fulfil('get', 'promises');
  expect(table.stdout).toMatch(
    /^NAME +STATUS +KIND +API VERSION +VERSION +RESOURCES +AGE +MESSAGE\njenkins +Ready +jenkins +marketplace\.kratix\.io\/v1alpha1 +v1\.0\.0 +1 /,
  );

  const deleted = await product.fulfil('delete', 'promise', 'jenkins');
  expect([deleted.code, deleted.stdout]).toEqual([0, 'promise/jenkins gone: deleted\n']);
  expect(await storeFiles(west)).toEqual([]);
});

test('what is not there is named with its kind and namespace, by whatever command', async () => {
  await product.apply([promise('here', { resource: { configure: [pipeline('c', [echoStage()])] } })]);
  const absent: readonly (readonly [readonly string[], string])[] = [
    [['get', 'promise', 'nobody'], 'promise/nobody not found\n'],
    [['get', 'destination', 'nobody'], 'destination/nobody not found\n'],
    [['get', 'statestore', 'nobody'], 'statestore/nobody not found\n'],
    [['get', 'here', 'one', '-n', 'team'], 'here/team/one not found\n'],
    [['get', 'here', 'one', '-o', 'yaml'], 'here/default/one not found\n'],
    [['describe', 'here', 'one', '-n', 'team'], 'here/team/one not found\n'],
    [['logs', 'here', 'one'], 'here/default/one not found\n'],
    // The store `default` is a directory.
    [['describe', 'gitstatestore', 'default'], 'gitstatestore/default not found\n'],
  ];
  for (const [args, message] of absent) {
    const { code, stdout, stderr } = await product.fulfil(...args);
    expect({ args, code, stdout, stderr }).toEqual({ args, code: 1, stdout: '', stderr: message });
  }
});

test('get without a kind: one document for programs, and requests with their kind for people', async () => {
  await product.apply([promise('listed', { resource: { configure: [pipeline('c', [echoStage()])] } })]);
  await product.apply([request('listed', 'one')]);
  const json = await product.fulfil('get', '-o', 'json');
  const all = JSON.parse(json.stdout) as { kind: string; items: { kind: string; metadata: { name: string } }[] };
  expect(all.kind).toBe('List');
  const names = all.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(names.filter((name) => name.includes('StateStore'))).toEqual(['DirectoryStateStore default']);
  expect(names).toEqual(expect.arrayContaining(['Destination west', 'Promise listed', 'Listed one']));
  const one = JSON.parse((await product.fulfil('get', 'listed', 'one', '-o', 'json')).stdout) as unknown;
  const list = JSON.parse((await product.fulfil('get', 'listed', '-o', 'json')).stdout) as unknown;
  expect(list).toEqual({ apiVersion: 'v1', kind: 'List', items: [one] });
  expect((await product.fulfil('get')).stdout).toMatch(/^default +listed\/one +Ready /m);
  expect((await product.fulfil('get', 'listed')).stdout).toMatch(/^default +one +Ready /m);
});

test('a worker tells Prometheus how its writes went, and how busy it is', async () => {
  const text = await (await fetch(metrics)).text();
  expect(text).toMatch(
    /^kratix_workplacement_writes_total\{[^}]*destination="west",[^}]*promise="jenkins",[^}]*result="success"[^}]*\} [1-9]/m,
  );
  expect(text).toMatch(/^temporal_worker_task_slots_available\{[^}]*task_queue="fulfil-stages"/m);
});

test('exit code 3: what has to wait is handed over and goes on by itself; --until-ready waits through', async () => {
  const parts = { selector: { team: 'later' }, dependencies: [configMap('operator')] };
  const first = await product.apply([promise('later', parts)]);
  expect([first.code, first.stdout]).toEqual([
    3,
    'promise/later waiting: no Destination matches team=later; goes out by itself when one appears\n',
  ]);
  const waiting = product.apply([promise('later', parts)], '--until-ready');
  await product.apply([destination('later', { team: 'later' })]);
  const second = await waiting;
  // Which of the two was faster says whether there was something left to do.
  const ready = expect.stringMatching(/^promise\/later (ready|unchanged): written to later\n$/);
  expect([second.code, second.stdout]).toEqual([0, ready]);
});

test('what was asked for first, while something else was asked for since, is what counts when it is asked for again', async () => {
  const wish = (name: string) => promise('torn', { selector: { team: 'torn' }, dependencies: [configMap(name)] });
  for (const name of ['first', 'second']) expect((await product.apply([wish(name)])).code).toBe(3);
  expect((await product.apply([wish('first')], '--no-wait')).stdout).toBe('promise/torn accepted\n');
  const described = await product.fulfil('get', 'promise', 'torn', '-o', 'json');
  expect(JSON.parse(described.stdout)).toMatchObject({ spec: { dependencies: [{ metadata: { name: 'first' } }] } });
  await product.apply([destination('torn', { team: 'torn' })]);
  const applied = await product.apply([wish('first')], '--until-ready');
  expect([applied.code, applied.stdout]).toEqual([
    0,
    expect.stringMatching(/^promise\/torn (ready|unchanged): written to torn\n$/),
  ]);
  const files = await storeFiles(join(product.store, 'torn/dependencies'));
  expect(await readFile(join(product.store, 'torn/dependencies', files[0] ?? ''), 'utf8')).toContain('name: first');
});

test('exit code 1: what fails on the way; the last line says which stage and why', async () => {
  const fail = pipeline('configure', [stage('fail', 'echo "no space left"; exit 28')]);
  await product.apply([promise('failing', { resource: { configure: [fail] } })]);
  const { code, stderr } = await product.apply([request('failing', 'one')]);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'failing/default/one failed: Failing default/one: pipeline "configure", stage "fail" exited with code 28 (last line: no space left)\n',
  );
  const { stdout } = await product.fulfil('logs', 'failing', 'one');
  expect(stdout).toBe('no space left\n');
});

test('Ctrl-C while a request is watched: it says that the request goes on, and that is so', async () => {
  await product.apply([promise('watched', { resource: { configure: [pipeline('c', [stage('slow', 'sleep 3')])] } })]);
  const file = await product.file('watched.json', JSON.stringify(request('watched', 'one')));
  const environment = { ...process.env, FULFIL_HOME: product.home, TEMPORAL_ADDRESS: product.address };
  const apply = spawn(process.execPath, [program, 'apply', '-f', file], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(apply, 'exit');
  let printed = '';
  apply.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (text.includes('▶')) apply.kill('SIGINT');
  });
  expect(await ended).toEqual([130, null]);
  expect(printed).toBe(
    '  ▶ watched/default/one: c / slow\nno longer watched, but asked for and going on: watched/default/one\n',
  );
  const again = await product.apply([request('watched', 'one')]);
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^watched\/default\/one (ready|unchanged): /)]);
});

test('exit code 2: a command that makes no sense, with a hint', async () => {
  const store = await product.fulfil('repair', 'gitstatestore', 'nobody');
  const why = 'repair: name: expected a state store that is registered, there is no GitStateStore/nobody';
  expect([store.code, store.stderr]).toEqual([2, `gitstatestore/nobody refused: ${why}\n`]);
  const here = await product.fulfil('repair', 'directorystatestore', 'default');
  expect([here.code, here.stdout]).toEqual([0, expect.stringMatching(/^directorystatestore\/default unchanged: /)]);
  const unknown = await product.fulfil('get', 'nonsense');
  expect([unknown.code, unknown.stderr.split(';')[0]]).toEqual([2, 'unknown kind "nonsense"']);
  expect((await product.fulfil('apply')).code).toBe(2);
  expect((await product.fulfil('frobnicate')).code).toBe(2);
  const logs = await product.fulfil('logs', 'destination', 'west');
  expect([logs.code, logs.stderr]).toEqual([2, 'a destination has no stages and so no logs\n']);
});

test('exit code 1 and what to do when nothing answers', async () => {
  const { runProgram } = await import('../platform/temporalCli.js');
  const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const { code, stderr } = await runProgram(process.execPath, [program, 'get'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(code).toBe(1);
  expect(stderr).toContain('Temporal does not answer at 127.0.0.1:1');
  expect(stderr).toContain('start `fulfil dev` or set TEMPORAL_ADDRESS');
});

test('a folder of documents in any order is applied in the order in which they need each other', async () => {
  const folder = join(product.home, 'documents');
  await mkdir(folder, { recursive: true });
  const documents = [
    ['1-request.json', request('ordered', 'one', { size: 's' })],
    [
      '2-promise.json',
      promise('ordered', { selector: { team: 'ordered' }, resource: { configure: [pipeline('c', [echoStage()])] } }),
    ],
    ['3-destination.json', destination('ordered', { team: 'ordered' })],
  ] as const;
  for (const [name, each] of documents) await writeFile(join(folder, name), JSON.stringify(each));
  const applied = await product.fulfil('apply', '-f', folder, '--until-ready');
  expect(applied.stderr.split('\n').filter((line) => /failed|refused/.test(line))).toEqual([]);
  expect(applied.code).toBe(0);
  expect(await storeFiles(join(product.store, 'ordered'))).toEqual(['resources/default/ordered/one/c/5058f/out.yaml']);
  const deleted = await product.fulfil('delete', '-f', folder);
  expect([deleted.code, deleted.stderr.split('\n').filter((line) => /failed|refused/.test(line))]).toEqual([0, []]);
  expect(await storeFiles(join(product.store, 'ordered'))).toEqual([]);
});

test('control: pause, unpause, reconcile and resume, and what describe says of it', async () => {
  const ask = `grep -q 'phase: Suspended' /kratix/input/object.yaml || printf 'suspend: true\\nmessage: approval\\n' >/kratix/metadata/workflow-control.yaml`;
  const configure = [pipeline('ask', [stage('ask', ask)])];
  await product.apply([promise('asked', { resource: { configure } })]);
  const suspended = await product.apply([request('asked', 'one')]);
  expect([suspended.code, suspended.stdout]).toEqual([
    ...[3, 'asked/default/one suspended: pipeline ask has suspended the workflow: approval\n'],
  ]);
  const described = await product.fulfil('describe', 'asked', 'one');
  expect(described.stdout).toContain('  Suspended:   pipeline ask has suspended the workflow: approval\n');
  expect(described.stdout).toContain('  Bound to:    latest (applied: none yet)\n');
  const resumed = await product.fulfil('resume', 'asked', 'one');
  expect([resumed.code, resumed.stdout]).toEqual([0, 'asked/default/one goes on where it was suspended\n']);
  const ready = await product.apply([request('asked', 'one')], '--until-ready');
  expect(ready.code).toBe(0);
  expect((await product.fulfil('pause', 'promise', 'asked')).stdout).toBe('promise/asked is paused\n');
  expect((await product.apply([request('asked', 'one', { size: 'new' })])).stdout).toMatch(
    /paused: Promise asked is paused/,
  );
  expect((await product.fulfil('unpause', 'promise', 'asked')).code).toBe(0);
  expect((await product.fulfil('reconcile', 'promise', 'asked', '--resources')).code).toBe(0);
  const absent = await product.fulfil('pause', 'asked', 'nobody');
  expect([absent.code, absent.stderr]).toEqual([2, 'asked/default/nobody not found\n']);
  const going = await product.fulfil('resume', 'promise', 'asked');
  expect([going.code, going.stdout, going.stderr]).toEqual([2, '', 'promise/asked is not suspended\n']);
  const single = await product.fulfil('reconcile', 'asked', 'one', '--resources');
  expect([single.code, single.stderr]).toEqual([2, 'asked: --resources is for a Promise; a resource has none\n']);
  const wrong = await product.fulfil('pause', 'destination', 'west');
  expect([wrong.code, wrong.stderr]).toEqual([2, 'destination: only Promises and resources can be told to pause\n']);
});

test('a deletion that its store holds up says why, and so does describe, until the store is back', async () => {
  await product.apply([destination('kept', { place: 'kept' })]);
  const resource = { configure: [pipeline('configure', [echoStage()])] };
  await product.apply([promise('kept', { selector: { place: 'kept' }, resource })]);
  expect((await product.apply([request('kept', 'one', { size: 'small' })])).code).toBe(0);
  await rename(product.store, `${product.store}.away`);
  await symlink(join(`${product.store}.none`, 'store'), product.store);
  const asked = product.fulfil('delete', 'kept', 'one');
  await holds('describe to say why', async () => {
    const { stdout } = await product.fulfil('describe', 'kept', 'one');
    const isSaid = /Phase: +Deleting: its documents cannot be removed yet: .*ENOENT/.test(stdout);
    return isSaid && /Held up:\n {2}writeStore, attempt \d+: .*ENOENT/.test(stdout);
  });
  await rm(product.store);
  await rename(`${product.store}.away`, product.store);
  const { code, stderr } = await asked;
  expect(code).toBe(0);
  expect(stderr).toMatch(/ … kept\/default\/one: held up: .*ENOENT/);
});

test('an apply that cannot be handed over says why, and is done when it can be', async () => {
  const artifacts = join(product.home, 'artifacts');
  await rename(artifacts, `${artifacts}.away`);
  await writeFile(artifacts, 'in the way');
  const asked = product.apply([promise('late')]);
  await holds('the hand-over to be tried for the fourth time', async () => {
    const running = ['--query', "WorkflowType='installPromise' AND ExecutionStatus='Running'", '-o', 'json'];
    const { stdout } = await temporal(product, 'workflow', 'list', ...running);
    const [operation] = JSON.parse(stdout) as { execution: { workflowId: string } }[];
    if (operation === undefined) return false;
    const id = ['--workflow-id', operation.execution.workflowId];
    const described = await temporal(product, 'workflow', 'describe', ...id, '-o', 'json');
    const { pendingActivities = [] } = JSON.parse(described.stdout) as { pendingActivities?: { attempt: number }[] };
    return pendingActivities.some(({ attempt }) => attempt > 3);
  });
  await rm(artifacts);
  await rename(`${artifacts}.away`, artifacts);
  const { code, stderr } = await asked;
  expect(stderr).toMatch(/ … promise\/late: held up: artifact .*ENOTDIR/);
  expect(code).toBe(0);
});

test('an entity that does not answer is named, and hides nobody else from a list', async () => {
  const started = ['--workflow-id', 'promise/silent', '--type', 'promise', '--task-queue', 'nobody listens'];
  await temporal(product, 'workflow', 'start', ...started, '--input', '{"name":"silent"}');
  const claimed = ['--workflow-id', 'promises', '--name', 'claim', '--input', '{"promise":"silent"}'];
  expect((await temporal(product, 'workflow', 'update', 'execute', ...claimed)).code).toBe(0);
  const listed = await product.fulfil('get');
  expect(listed.code).toBe(1);
  expect(listed.stdout).toMatch(/^asked +Ready/m);
  const silence = /^promise\/silent does not answer: Temporal: .+\n$/;
  expect(listed.stderr).toMatch(silence);
  const described = await product.fulfil('describe', 'promise', 'silent');
  expect([described.code, described.stdout]).toEqual([1, '  Workflow:    promise/silent\n  Phase:       not known\n']);
  expect(described.stderr).toMatch(silence);
});
