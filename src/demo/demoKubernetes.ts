import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { accountKubeconfig } from '../server/accountKubeconfig.js';
import { freePort } from '../server/freePort.js';
import type { OwnCluster } from '../server/ownCluster.js';
import { startOwnCluster } from '../server/ownCluster.js';
import { BASE_IMAGE, buildImage } from '../setup/baseImage.js';
import { ensureEngine } from '../setup/ensureEngine.js';
import type { DemoStore } from './demoStore.js';
import { openDemoStore, writeDocuments } from './demoStore.js';
import type { FulfilProcess } from './fulfilProcess.js';
import { startFulfil } from './fulfilProcess.js';
import { kubectl, untilCondition } from './kubectl.js';
import { expectThat, playDemo, run, show, step } from './step.js';
import { samples, tutorial } from './tutorialKubernetes.js';

/** The tutorial on a real cluster, with kubectl and nothing else; ends with 1 if a step did not do what it says. */
const home = resolve('.fulfil/demo-kubernetes');
const images = { stages: 'localhost/fulfil-demo-jenkins:1', helper: 'localhost/fulfil-helper:1' };

async function main(): Promise<void> {
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  try {
    const store = await openDemoStore(process.env['STORE'] || 'bucket', home);
    closing.push(() => store.close());
    expectThat(store.kind !== 'DirectoryStateStore', 'STORE to be bucket or git: a cluster knows no directories');
    const paths = await writeDocuments(store, home);
    await step('A cluster of one node, and the images of the stages on it', async () => {
      const cluster = await startOwnCluster();
      closing.push(() => cluster.stop());
      process.env['KUBECONFIG'] = cluster.kubeconfig;
      // What kubectl remembers of another cluster at this address would be wrong for this one.
      process.env['KUBECACHEDIR'] = join(cluster.directory, 'kubectl-cache');
      await provideImages(cluster);
      await environment(cluster);
      await kubectl('get', 'nodes');
    });
    await step('Install Fulfil: definitions, policies, permissions', install);
    await step('Temporal, a worker and the controller, as processes of this machine', async () => {
      for (const each of await platform(process.env['KUBECONFIG'] ?? '')) closing.push(() => each.stop());
    });
    await step('A state store', async () => {
      await applyStore(store, paths.store);
    });
    await tutorial(store, paths.destination);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

async function provideImages(cluster: OwnCluster): Promise<void> {
  const engine = await ensureEngine(show);
  await buildImage(engine, images.stages, `${samples}/image`, { BASE: BASE_IMAGE });
  const { code, output } = await run('deploy/helper/build.sh', [images.helper]);
  expectThat(code === 0, `deploy/helper/build.sh to build ${images.helper}: ${output}`);
  await cluster.loadImages(images.stages, images.helper);
}

/** What deploy/configuration.yaml says in a cluster, for processes beside it. */
async function environment({ address }: OwnCluster): Promise<void> {
  const receiver = await freePort(8080);
  Object.assign(process.env, {
    FULFIL_HOME: join(home, 'fulfil'),
    FULFIL_STAGES: 'kubernetes',
    FULFIL_HELPER_IMAGE: images.helper,
    FULFIL_RECEIVER_HOST: address,
    FULFIL_RECEIVER_PORT: String(receiver),
    FULFIL_RECEIVER_URL: `http://${address}:${receiver}`,
    FULFIL_PROBE_PORT: '0',
  });
}

async function install(): Promise<void> {
  const parts = [
    'deploy/namespace.yaml',
    'deploy/crds',
    'deploy/admission',
    'deploy/rbac',
    'deploy/configuration.yaml',
  ];
  await kubectl('apply', ...parts.flatMap((part) => ['-f', part]));
  await kubectl('wait', '--for=condition=Established', '--all', 'crds', '--timeout=30s');
}

/** They may do what deploy/rbac allows the pods, and no more. */
async function platform(kubeconfig: string): Promise<readonly FulfilProcess[]> {
  const as = async (account: string) => {
    return { KUBECONFIG: await accountKubeconfig(kubeconfig, 'kratix-platform-system', account) };
  };
  const port = String(await freePort(7233));
  const ui = String(await freePort(8233));
  const dev = await startFulfil(
    ['dev', '--port', port, '--ui-port', ui],
    'worker     ready',
    await as('fulfil-worker'),
  );
  try {
    const env = { ...(await as('fulfil-controller')), TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
    return [dev, await startFulfil(['controller'], 'controller leads', env)];
  } catch (error) {
    await dev.stop();
    throw error;
  }
}

async function applyStore({ kind, secret }: DemoStore, path: string): Promise<void> {
  if (secret !== undefined) {
    const { namespace, name, values } = secret;
    const file = join(home, 'secret.json');
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData: values };
    await writeFile(file, JSON.stringify(object), { mode: 0o600 });
    await kubectl('apply', '-f', file);
  }
  await kubectl('apply', '-f', path);
  const type = kind.toLowerCase();
  await untilCondition(`${type}/default`, 'Ready');
  await kubectl('get', type);
}

await playDemo(main);
