import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Flux } from '../../cluster/flux.js';
import { startFlux } from '../../cluster/flux.js';
import { mustKubectl } from '../../cluster/kubectl.js';
import { destination, pipeline, promise, request, stage, writeConfigMap } from '../../platform/documents.js';
import { execute } from '../../platform/operations.js';
import { writeSecret } from '../../platform/secrets.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { ControllerPlatform, RunningController } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

let platform: ControllerPlatform;
let controller: RunningController;
let flux: Flux;
let repository: GitRepository;
let git: GitHttpServer;

beforeAll(async () => {
  repository = await gitRepository();
  git = await gitHttpServer(repository.root);
  platform = await openControllerPlatform();
  controller = await startController(platform);
  flux = await startFlux(platform.cluster.kubeconfig);
  await registerItself();
});

afterAll(async () => {
  await flux?.stop();
  await controller?.stop();
  await platform?.close();
  await git?.close();
  await repository?.remove();
});

const apiVersion = 'platform.kratix.io/v1alpha1';

/** The platform's own cluster is a Destination, and Flux brings it what is written there. */
async function registerItself(): Promise<void> {
  const credentials = { username: 'fulfil', password: git.password };
  await writeSecret(platform.platform, 'itself', credentials);
  const spec = { url: `${git.origin}/state.git`, secretRef: { namespace: 'default', name: 'itself' } };
  await platform.apply(
    { apiVersion, kind: 'GitStateStore', metadata: { name: 'itself' }, spec },
    {
      ...{ apiVersion, kind: 'Destination', metadata: { name: 'itself', labels: { environment: 'platform' } } },
      spec: { path: 'worker-cluster', stateStoreRef: { kind: 'GitStateStore', name: 'itself' } },
    },
  );
  await platform.until(['destination', 'itself'], 'Ready', (object) => condition(object, 'Ready')?.status === 'True');
  await execute(platform.platform, 'registerDestination', destination('west', { environment: 'dev' }));
  const { kubeconfig, directory } = platform.cluster;
  await mustKubectl(kubeconfig, ['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kratix-repository', namespace: 'flux-system' },
    stringData: credentials,
  });
  const example = await readFile('deploy/flux/git.yaml', 'utf8');
  const file = join(directory, 'flux.yaml');
  // A source that is looked at every second, and nothing that a test has to wait for.
  await writeFile(
    file,
    example.replace(/https:.*state\.git/, `${git.origin}/state.git`).replace('interval: 10s', 'interval: 1s'),
  );
  await mustKubectl(kubeconfig, ['apply', '-f', file]);
}

test('a Promise is made of another one: it brings what it requires, and asks it for parts', async () => {
  const part = promise('part', {
    selector: { environment: 'dev' },
    resource: { configure: [pipeline('configure', [stage('write', writeConfigMap('out', 'a-part'))])] },
  });
  const asksForPart = `name=$(sed -n 's/^  name: *//p' /kratix/input/object.yaml | head -n 1)
cat >/kratix/output/part.yaml <<YAML
apiVersion: test.fulfil.io/v1
kind: Part
metadata:
  name: $name-part
  namespace: default
  labels:
    kratix.io/parent-promise-name: whole
    kratix.io/parent-resource-name: $name
spec:
  size: small
YAML
`;
  const whole = promise('whole', {
    ...{ selector: { environment: 'platform' }, requires: [{ name: 'part' }], dependencies: [part] },
    resource: { configure: [pipeline('configure', [stage('ask', asksForPart)])] },
  });
  await platform.apply(whole);
  await platform.until(['promise', 'whole'], 'Available', ({ status }) => status?.['status'] === 'Available');
  await platform.until(['promise', 'part'], 'Available', ({ status }) => status?.['status'] === 'Available');

  await platform.apply(request('whole', 'one'));
  const made = await platform.until(['part', 'one-part'], 'Reconciled', (object) => {
    return condition(object, 'Reconciled')?.status === 'True';
  });
  expect(made.metadata.labels).toMatchObject({ 'kratix.io/parent-resource-name': 'one' });
  const written = join(platform.platform.store, 'west/resources/default/part/one-part/configure/5058f/out.yaml');
  expect(await readFile(written, 'utf8')).toContain('text: a-part');

  await platform.kubectl('delete', 'whole', 'one', '--timeout=120s');
  await platform.untilGone('part', 'one-part');
  await expect(readFile(written)).rejects.toThrow('ENOENT');
});
