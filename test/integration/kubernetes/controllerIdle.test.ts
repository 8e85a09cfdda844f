import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { configMap, echoStage, pipeline, promise, request, stage } from '../../platform/documents.js';
import { eventually } from '../../platform/eventually.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { destinationOf, isEstablished, isReady, isReconciled, platformObjects } from './controllerObjects.js';
import type { ControllerPlatform, RunningController, Shown } from './controllerPlatform.js';
import { condition, openControllerPlatform, startController } from './controllerPlatform.js';

/** `FULFIL_IDLE_MINUTES=10` for the whole promise; in one minute everything periodic happens several times. */
const idleMillis = Number(process.env['FULFIL_IDLE_MINUTES'] ?? 1) * 60_000;
/** Instead of ten minutes. */
const periodMillis = 10_000;
const promises = ['alpha', 'beta', 'gamma'];
const names = ['one', 'two', 'three'];
const paused = { 'kratix.io/paused': 'true' };

let world: ControllerPlatform;
let controller: RunningController;
let repository: GitRepository;

beforeAll(async () => {
  repository = await gitRepository();
  world = await openControllerPlatform('engine', { FULFIL_RECHECK_INTERVAL: `${periodMillis / 1000}s` });
  controller = await startController(world, { resyncMillis: periodMillis });
  const elsewhere = { kind: 'GitStateStore', name: 'main' };
  await world.apply(
    ...platformObjects(repository),
    destinationOf('second', elsewhere),
    ...promises.map((name) =>
      promise(name, {
        dependencies: [configMap(name)],
        promise: { configure: [pipeline('prepare', [echoStage()])] },
        resource: { configure: [pipeline('configure', [echoStage()])] },
      }),
    ),
  );
  for (const name of promises) {
    await world.until(['crd', `${name}s.test.fulfil.io`], 'Established', isEstablished);
    await world.apply(...names.map((each) => request(name, each, { size: 'small' })));
  }
  // What stands still: one that is paused, one that suspended itself, one whose health is known.
  const suspend = stage('suspend', "echo 'suspend: true' >/kratix/metadata/workflow-control.yaml");
  await world.apply(
    request('alpha', 'paused', {}, { metadata: { name: 'paused', namespace: 'default', labels: paused } }),
    promise('still', { promise: { configure: [pipeline('still', [suspend])] } }),
    {
      apiVersion: 'platform.kratix.io/v1alpha1',
      kind: 'HealthRecord',
      metadata: { name: 'alpha-one', namespace: 'default' },
      data: { promiseRef: { name: 'alpha' }, resourceRef: { name: 'one', namespace: 'default' }, state: 'healthy' },
    },
  );
  // Kubernetes sees these too: one that waits, one that is refused, one that fails.
  await world.apply(promise('waiting', { selector: { nowhere: 'yes' }, dependencies: [configMap('waiting')] }), {
    ...promise('refused'),
    spec: promise('alpha')['spec'],
  });
  for (const name of promises) {
    for (const each of names) await world.until([`${name}s`, each], 'Reconciled', isReconciled);
  }
  await world.until(['destination', 'second'], 'Ready', isReady);
  const reason = (why: string) => (object: Shown) => condition(object, 'Reconciled')?.reason === why;
  await world.until(['alphas', 'paused'], 'paused', reason('PausedReconciliation'));
  await world.until(['promise', 'still'], 'suspended', reason('WorkflowSuspended'));
  await world.until(['alphas', 'one'], 'healthy', ({ status }) => status?.['healthStatus'] !== undefined);
}, 400_000);
afterAll(async () => {
  await controller?.stop();
  await world?.close();
  await repository?.remove();
});

/** The revision in which each of etcd's keys was written last; leases are meant to be renewed. */
async function written(): Promise<Record<string, string>> {
  // `/registry/` and the key after every one that begins so
  const body = JSON.stringify({ key: base64('/registry/'), range_end: base64('/registry0'), keys_only: true });
  const answer = await fetch(`${world.cluster.etcd}/v3/kv/range`, { method: 'POST', body });
  const { kvs } = (await answer.json()) as { kvs: { key: string; mod_revision: string }[] };
  const entries = kvs.map(
    ({ key, mod_revision }) => [Buffer.from(key, 'base64').toString('utf8'), mod_revision] as const,
  );
  return Object.fromEntries(
    entries.filter(([key]) => !/^\/registry\/(leases|masterleases|peerserverleases)\//.test(key)),
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test(
  `an idle platform writes nothing in ${idleMillis / 60_000} minute(s)`,
  async () => {
    await eventually(
      'quiet',
      async () => ((await world.writesDuring(periodMillis)).length === 0 ? true : undefined),
      120_000,
    );
    const [before, commits, calls] = [await written(), await repository.commits(), (await world.calls()).length];
    expect(Object.keys(before).filter((key) => key.includes('/platform.kratix.io/')).length).toBeGreaterThan(30);
    expect(await world.writesDuring(idleMillis)).toEqual([]);
    expect(await written()).toEqual(before);
    expect(await repository.commits()).toBe(commits);
    // Leases, and watches that begin anew: nobody asks the API server about what it would have told.
    const asked = (await world.calls())
      .slice(calls)
      // kube-controller-manager asks what APIs there are, under the same name as we.
      .filter(({ user, userAgent = '' }) => user.username === 'admin' && !userAgent.startsWith('kube-'))
      .filter(({ requestURI }) => !requestURI.includes('/leases/'));
    expect(
      asked.filter(({ verb }) => verb !== 'watch').map(({ verb, requestURI }) => `${verb} ${requestURI.split('?')[0]}`),
    ).toEqual([]);
  },
  idleMillis + 240_000,
);
