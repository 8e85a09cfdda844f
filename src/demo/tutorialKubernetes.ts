import type { DemoStore } from './demoStore.js';
import { kubectl, untilCondition, untilField } from './kubectl.js';
import { expectThat, show, step } from './step.js';
import { showFiles } from './tree.js';

export const samples = 'deploy/samples/jenkins';
const documents = 'worker-cluster/resources/default/jenkins/example';

/** What a platform team and an application team do, and see, after Fulfil is there. */
export async function tutorial(store: DemoStore, destination: string): Promise<void> {
  await step('Install the Promise: the cluster gets an API jenkins, and there is no Destination yet', async () => {
    await kubectl('apply', '-f', `${samples}/promise.yaml`);
    await untilCondition('promise/jenkins', 'WorksSucceeded=Unknown');
    const promises = await kubectl('get', 'promises');
    expectThat(promises.includes('no Destination matches environment=dev'), 'the Promise to say what it waits for');
    const definitions = await kubectl('get', 'crds');
    expectThat(definitions.includes('jenkins.marketplace.kratix.io'), 'a definition jenkins.marketplace.kratix.io');
  });
  await step('Register the cluster worker-cluster: the dependencies go there by themselves', async () => {
    await kubectl('apply', '-f', destination);
    await untilCondition('destination/worker-cluster', 'Ready');
    await untilCondition('promise/jenkins', 'Available');
    await kubectl('get', 'destinations,promises');
    const files = await showFiles(store);
    expectThat(files.some(endsWith('jenkins-dependencies.yaml')), 'the dependencies in the store');
  });
  await step('Request a Jenkins', async () => {
    await kubectl('apply', '-f', `${samples}/request.yaml`);
    await untilCondition('jenkins/example', 'Reconciled');
    await kubectl('get', 'jenkins');
    await kubectl('get', 'pods');
    await kubectl('logs', '--selector', 'kratix.io/resource-name=example', '--container', 'render');
    await kubectl('get', 'works,workplacements');
    const files = await showFiles(store);
    expectThat(files.some(endsWith('jenkins.yaml', documents)), 'a Jenkins in the store');
    expectThat(!files.some(endsWith('backup.yaml', documents)), 'no backups for env dev');
  });
  await step('Change it to prod: now with backups', async () => {
    await kubectl('apply', '-f', `${samples}/request-prod.yaml`);
    await untilField('jenkins/example', '.status.message', 'a prod Jenkins is on its way');
    await untilCondition('jenkins/example', 'Reconciled');
    show(await store.lastChange());
    const files = await store.files();
    expectThat(files.some(endsWith('backup.yaml', documents)), 'backups in the store');
    await kubectl('describe', 'jenkins', 'example');
  });
  await step('Delete the Promise: everything that it caused goes', async () => {
    await kubectl('delete', 'promise', 'jenkins', '--timeout=120s');
    const definitions = await kubectl('get', 'crds');
    expectThat(!definitions.includes('jenkins.marketplace.kratix.io'), 'the definition to be gone');
    await kubectl('wait', '--for=delete', 'pods', '--all', '--timeout=60s');
    const left = await kubectl('get', 'works,workplacements,jobs,pods', '--all-namespaces');
    expectThat(left.trim() === 'No resources found', 'nothing of the Promise left in the cluster');
    const files = await showFiles(store);
    expectThat(!files.some((file) => file.includes('jenkins')), 'nothing of jenkins left in the store');
    show(await store.history());
  });
}

function endsWith(end: string, below = ''): (file: string) => boolean {
  return (file) => file.endsWith(end) && file.includes(below);
}
