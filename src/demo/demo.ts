import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BASE_IMAGE, buildImage } from '../setup/baseImage.js';
import { ensureEngine } from '../setup/ensureEngine.js';
import { openDemoStore, writeDocuments } from './demoStore.js';
import type { DemoStore, StoreSecret } from './demoStore.js';
import type { FulfilProcess } from './fulfilProcess.js';
import { startFulfil } from './fulfilProcess.js';
import { freePort } from '../server/freePort.js';
import { expectThat, playDemo, runFulfil, show, step } from './step.js';
import { showFiles } from './tree.js';

/** The tutorial from installation to deletion, with real parts; ends with 1 if a step did not do what it says. */
const samples = 'deploy/samples';
const home = resolve('.fulfil/demo');
const documents = 'resources/default/jenkins/example';

async function main(): Promise<void> {
  const ports = { server: await freePort(7233), ui: await freePort(8233) };
  process.env['FULFIL_HOME'] = join(home, 'fulfil');
  process.env['TEMPORAL_ADDRESS'] = `127.0.0.1:${ports.server}`;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const store = await openDemoStore(process.env['STORE'] || 'git', home);
  const paths = await writeDocuments(store, home);
  if (store.secret !== undefined) await writeSecret(join(home, 'fulfil', 'secrets'), store.secret);
  let dev: FulfilProcess | undefined;
  try {
    await step('The image of the stages', async () => {
      const engine = await ensureEngine(show);
      await buildImage(engine, 'localhost/fulfil-demo-jenkins:1', `${samples}/jenkins/image`, { BASE: BASE_IMAGE });
      show('built localhost/fulfil-demo-jenkins:1');
    });
    await step('Temporal with its Web UI, and a worker', async () => {
      const args = ['--port', String(ports.server), '--ui-port', String(ports.ui)];
      dev = await startFulfil(['dev', ...args], 'worker     ready');
    });
    await tutorial(store, paths);
    farewell(ports, store);
  } finally {
    await dev?.stop();
    await store.close();
  }
}

/** As a mounted Secret has it: a file for each key. */
async function writeSecret(directory: string, { namespace, name, values }: StoreSecret): Promise<void> {
  const folder = join(directory, namespace, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [key, value] of Object.entries(values)) await writeFile(join(folder, key), value, { mode: 0o600 });
}

async function tutorial(store: DemoStore, paths: Awaited<ReturnType<typeof writeDocuments>>): Promise<void> {
  await step('Install the Promise jenkins; there is no Destination yet, so it waits', async () => {
    const output = await runFulfil(3, 'apply', '-f', `${samples}/jenkins/promise.yaml`);
    expectThat(output.includes('no Destination matches environment=dev'), 'the Promise to say what it waits for');
    await runFulfil(0, 'get', 'promises');
  });
  await step('Register the state store and the Destination worker-cluster', async () => {
    await runFulfil(0, 'apply', '-f', paths.store, '-f', paths.destination);
  });
  await step('The dependencies arrive by themselves', async () => {
    // The same document again asks for nothing new: it waits for what already goes on.
    await runFulfil(0, 'apply', '--until-ready', '-f', `${samples}/jenkins/promise.yaml`);
    const files = await showFiles(store);
    expectThat(
      files.some((file) => file.endsWith('jenkins-dependencies.yaml')),
      'the dependencies in the store',
    );
  });
  await step('Request a Jenkins: env dev', async () => {
    await runFulfil(0, 'apply', '-f', `${samples}/jenkins/request.yaml`);
    await runFulfil(0, 'logs', 'jenkins', 'example');
    const files = await showFiles(store);
    expectThat(
      files.some((file) => file.includes(documents) && file.endsWith('jenkins.yaml')),
      'a Jenkins in the store',
    );
  });
  await step('Change it to prod: now with backups', async () => {
    await runFulfil(0, 'apply', '-f', `${samples}/jenkins/request-prod.yaml`);
    show(await store.lastChange());
    const files = await store.files();
    expectThat(
      files.some((file) => file.includes(documents) && file.endsWith('backup.yaml')),
      'backups in the store',
    );
    await runFulfil(0, 'describe', 'jenkins', 'example');
  });
  await step('Delete the Promise: everything that it caused goes', async () => {
    await runFulfil(0, 'delete', 'promise', 'jenkins');
    await runFulfil(0, 'get');
    const files = await showFiles(store);
    expectThat(!files.some((file) => file.includes('jenkins')), 'nothing of jenkins left in the store');
    show(await store.history());
  });
}

function farewell(ports: { readonly server: number; readonly ui: number }, store: DemoStore): void {
  process.stdout.write(`
Where to look: every run above is in Temporal's history. Start the same platform again with

   FULFIL_HOME=${process.env['FULFIL_HOME'] ?? ''} npx fulfil dev

and open http://localhost:8233 or ask \`temporal workflow list\`. The documents went to
   ${JSON.stringify(store.spec)}
By hand it is: npx fulfil dev, then in another terminal npx fulfil apply -f deploy/samples/jenkins/promise.yaml and so on;
README.md has every step, also with Temporal's own CLI.${ports.ui === 8233 ? '' : `\n(The ports 7233 and 8233 were taken; the demo used ${ports.server} and ${ports.ui}.)`}
`);
}

await playDemo(main);
