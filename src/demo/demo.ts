import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BASE_IMAGE, buildImage } from '../setup/baseImage.js';
import { ensureEngine } from '../setup/ensureEngine.js';
import { openDemoStore, writeDocuments } from './demoStore.js';
import type { DemoStore } from './demoStore.js';
import { startDev } from './devProcess.js';
import { freePort } from '../server/freePort.js';
import { expectThat, runFulfil, show, step } from './step.js';
import { tree } from './tree.js';

/** The tutorial from installation to deletion, with real parts; ends with 1 if a step did not do what it says. */
const samples = 'deploy/samples';
const home = resolve('.fulfil/demo');
const documents = 'resources/default/jenkins/example';

async function main(): Promise<void> {
  const began = performance.now();
  const ports = { server: await freePort(7233), ui: await freePort(8233) };
  process.env['FULFIL_HOME'] = join(home, 'fulfil');
  process.env['TEMPORAL_ADDRESS'] = `127.0.0.1:${ports.server}`;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const store = await openDemoStore(process.env['STORE'] || 'git', home);
  const paths = await writeDocuments(store, home);
  let dev: Awaited<ReturnType<typeof startDev>> | undefined;
  try {
    await step('The image of the stages', async () => {
      const engine = await ensureEngine(show);
      await buildImage(engine, 'localhost/fulfil-demo-jenkins:1', `${samples}/jenkins/image`, { BASE: BASE_IMAGE });
      show('built localhost/fulfil-demo-jenkins:1');
    });
    await step('Temporal with its Web UI, and a worker', async () => {
      dev = await startDev(ports.server, ports.ui);
    });
    await tutorial(store, paths);
    process.stdout.write(
      `\nAll of it took ${((performance.now() - began) / 1000).toFixed(1)} s and did what it says.\n`,
    );
    farewell(ports, store);
  } finally {
    await dev?.stop();
    await store.close();
  }
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

async function showFiles(store: DemoStore): Promise<readonly string[]> {
  const files = await store.files();
  show(tree(files));
  return files;
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

await main().catch((error: unknown) => {
  process.stderr.write(
    `\nThe demo did not do what it says: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
