import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startApiServer } from '../../cluster/cluster.js';
import { kubectl, mustKubectl, spawned } from '../../cluster/kubectl.js';
import { eventually, succeeds } from '../../platform/eventually.js';
import { programPath } from '../../../src/server/programs.js';
import { onPath } from '../../../src/setup/program.js';
import { clusterWide, specs } from './crdsSamples.js';

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await startApiServer();
  await mustKubectl(cluster.kubeconfig, ['apply', '-k', 'deploy']);
  await mustKubectl(cluster.kubeconfig, ['wait', '--for=condition=Established', '--all', 'crds', '--timeout=120s']);
});
afterAll(() => cluster?.stop());

test('kubectl apply -k deploy again changes nothing', async () => {
  const applied = await mustKubectl(cluster.kubeconfig, ['apply', '-k', 'deploy']);
  // the API server adds to what these say, and kubectl calls that a change; their generation says that it is none
  const changed = applied.split('\n').filter((line) => line !== '' && !line.endsWith(' unchanged'));
  expect(changed.filter((line) => !/^(poddisruptionbudget|validatingadmissionpolicy|clusterrole)/.test(line))).toEqual(
    [],
  );
});

test('the webhook goes on top', async () => {
  await mustKubectl(cluster.kubeconfig, ['apply', '--dry-run=server', '-k', 'deploy/webhook']);
});

test("the demo's Promise and the tutorial's are accepted as they are", async () => {
  for (const file of ['deploy/samples/jenkins/promise.yaml', 'test/fixtures/documents/jenkins-promise.yaml']) {
    await mustKubectl(cluster.kubeconfig, ['create', '--dry-run=server', '--validate=strict', '-f', file]);
  }
});

describe('what policies check', () => {
  const annotated = (interval: string, kind = 'Promise', spec: object = {}) => {
    const annotations = { 'kratix.io/reconciliation-interval': interval };
    return { ...clusterWide(kind, spec), metadata: { name: 'annotated', annotations } };
  };
  const where = (interval: string) =>
    `metadata.annotations[kratix.io/reconciliation-interval]: Invalid value: "${interval}": `;

  // A policy is at work a moment after it was created: refusals are waited for.
  test.each([
    ['10s', 'must be at least 1m0s'],
    ['1 day', 'must be a valid duration'],
  ])('an annotated interval of %s', async (interval, expected) => {
    await succeeds('the policy is enforced', async () => {
      const create = ['create', '--dry-run=server', '-f', '-'];
      for (const object of [annotated(interval), annotated(interval, 'PromiseRevision', specs.revision)]) {
        const { stderr } = await kubectl(cluster.kubeconfig, create, object);
        expect(stderr).toContain(where(interval) + expected);
      }
    });
  });

  test('a legal one passes', async () => {
    await mustKubectl(cluster.kubeconfig, ['create', '--dry-run=server', '-f', '-'], annotated('1h'));
  });

  test('the latest revision stays, for everyone but the platform', async () => {
    const { kubeconfig } = cluster;
    await mustKubectl(kubeconfig, ['create', '-f', '-'], clusterWide('PromiseRevision', specs.revision));
    const latest = ['patch', 'promiserevision', 'sample', '--subresource=status', '--type=merge', '-p'];
    await mustKubectl(kubeconfig, [...latest, '{"status":{"latest":true}}']);
    const remove = ['delete', 'promiserevision', 'sample', '--dry-run=server'];
    await succeeds('the policy is enforced', async () => {
      const { stderr } = await kubectl(kubeconfig, remove);
      expect(stderr).toContain('can not delete the latest PromiseRevision');
    });
    const controller = '--as=system:serviceaccount:kratix-platform-system:fulfil-controller';
    await mustKubectl(kubeconfig, [...remove, controller]);
    await mustKubectl(kubeconfig, [...latest, '{"status":{"latest":false}}']);
    await mustKubectl(kubeconfig, remove);
  });
});

describe('permissions', () => {
  const may = async (who: string, ...what: string[]) => {
    const as = `--as=system:serviceaccount:kratix-platform-system:${who}`;
    return (await kubectl(cluster.kubeconfig, ['auth', 'can-i', as, ...what])).stdout.trim();
  };

  test.each([
    ['fulfil-controller', 'yes', ['watch', 'promises', '-A']],
    ['fulfil-controller', 'yes', ['patch', 'promises', '--subresource=status']],
    ['fulfil-controller', 'yes', ['create', 'works', '-n', 'default']],
    ['fulfil-controller', 'yes', ['create', 'customresourcedefinitions']],
    ['fulfil-controller', 'yes', ['update', 'leases', '-n', 'kratix-platform-system']],
    ['fulfil-controller', 'yes', ['escalate', 'clusterroles']],
    ['fulfil-controller', 'no', ['update', 'leases', '-n', 'default']],
    ['fulfil-controller', 'no', ['create', 'jobs', '-n', 'default']],
    ['fulfil-controller', 'no', ['create', 'destinations']],
    ['fulfil-controller', 'no', ['create', 'pods', '-n', 'default']],
    ['fulfil-worker', 'yes', ['create', 'jobs', '-n', 'default']],
    ['fulfil-worker', 'yes', ['get', 'pods', '-n', 'default', '--subresource=log']],
    ['fulfil-worker', 'yes', ['get', 'secrets', '-n', 'default']],
    ['fulfil-worker', 'yes', ['delete', 'secrets', '-n', 'default']],
    ['fulfil-worker', 'no', ['list', 'configmaps', '-n', 'default']],
    ['fulfil-worker', 'no', ['patch', 'promises']],
    ['fulfil-worker', 'no', ['create', 'pods', '-n', 'default', '--subresource=exec']],
    ['fulfil-worker', 'no', ['delete', 'customresourcedefinitions']],
  ] as const)('%s: %s to %j', async (who, expected, what) => {
    expect(await may(who, ...what)).toBe(expected);
  });

  test('without granting, what pipelines are given of the platform can still be handed out', async () => {
    const { kubeconfig } = cluster;
    const apiGroups = ['platform.kratix.io'];
    const role = {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'handed-out' } },
      rules: [
        { apiGroups, resources: ['works'], verbs: ['*'] },
        {
          apiGroups,
          resources: ['promises', 'promises/status', 'works'],
          verbs: ['get', 'list', 'update', 'create', 'patch'],
        },
      ],
    };
    const worker = '--as=system:serviceaccount:kratix-platform-system:fulfil-worker';
    const handOut = () => kubectl(kubeconfig, ['create', '--dry-run=server', worker, '-f', '-'], role);
    await mustKubectl(kubeconfig, ['delete', '-f', 'deploy/rbac/granting.yaml']);
    await eventually('the refusal', async () => /not currently held/.test((await handOut()).stderr) || undefined);
    await mustKubectl(kubeconfig, ['apply', '-f', 'deploy/rbac/pipelines.yaml']);
    await eventually('the role to be handed out', async () => (await handOut()).ok || undefined);
    await mustKubectl(kubeconfig, ['delete', '-f', 'deploy/rbac/pipelines.yaml']);
    await mustKubectl(kubeconfig, ['apply', '-f', 'deploy/rbac/granting.yaml']);
  });

  test('a labelled ClusterRole adds an API', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'jenkins', labels: { 'fulfil.io/aggregate-to-platform': 'true' } },
      rules: [{ apiGroups: ['example.com'], resources: ['jenkins'], verbs: ['watch'] }],
    };
    const { kubeconfig } = cluster;
    await mustKubectl(kubeconfig, ['create', '-f', '-'], role);
    // applied again it loses nothing: its rules are not ours to write
    await mustKubectl(kubeconfig, ['apply', '-k', 'deploy']);
    for (let attempt = 0; attempt < 40; attempt++) {
      const collected = await mustKubectl(kubeconfig, ['get', 'clusterrole', 'fulfil-promise-apis', '-o', 'json']);
      if (JSON.stringify((JSON.parse(collected) as Manifest).rules) === JSON.stringify(role.rules)) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error('the role was not added');
  });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
  readonly rules?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

function byName(yaml: string): Map<string, Manifest> {
  const manifests = (loadAll(yaml) as (Manifest | null)[]).filter((manifest) => manifest !== null);
  return new Map(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest]));
}

/** What decides where a pod can run, and what it shares with others. */
function podOf(manifest: Manifest | undefined): unknown {
  const { replicas, strategy, template } = manifest?.spec as {
    readonly replicas: number;
    readonly strategy?: unknown;
    readonly template: { readonly spec: PodSpec };
  };
  const { affinity, volumes, containers } = template.spec;
  const shared = containers.map(({ env, envFrom, volumeMounts }) => ({ env, envFrom, volumeMounts }));
  return { replicas, strategy, affinity, volumes, shared };
}

interface PodSpec {
  readonly affinity?: unknown;
  readonly volumes: unknown;
  readonly containers: readonly { readonly env: unknown; readonly envFrom: unknown; readonly volumeMounts: unknown }[];
}

describe('the chart', () => {
  let helm: string;

  beforeAll(async () => {
    helm = (await onPath('helm', process.env)) ?? programPath('helm');
    if (!existsSync(helm)) throw new Error('helm is missing: run scripts/kubernetes/build.sh helm');
  });

  const run = (...args: string[]) => spawned(helm, [...args, '--namespace', 'kratix-platform-system']);

  async function template(...settings: readonly string[]): Promise<string> {
    const { ok, stdout, stderr } = await run('template', 'fulfil', 'deploy/chart', ...settings);
    if (!ok) throw new Error(stderr);
    return stdout;
  }

  test('passes its own linter', async () => {
    const { ok, stdout } = await run('lint', '--strict', 'deploy/chart', '--set', 'temporal.bundled=true');
    expect({ ok, stdout }).toMatchObject({ ok: true });
  });

  test('has what kubectl apply -k deploy has', async () => {
    const chart = byName(await template('--set', 'temporal.address=temporal-frontend.temporal:7233'));
    const plain = byName(await mustKubectl(cluster.kubeconfig, ['kustomize', 'deploy']));
    plain.delete('Namespace kratix-platform-system'); // helm --create-namespace makes it
    expect([...chart.keys()].sort()).toEqual([...plain.keys()].sort());
    for (const [name, manifest] of plain) {
      const other = chart.get(name);
      if (manifest.kind !== 'Deployment') expect([name, other?.spec]).toEqual([name, manifest.spec]);
      expect([name, other?.rules]).toEqual([name, manifest.rules]);
    }
    expect(chart.get('ConfigMap fulfil')?.data).toEqual(plain.get('ConfigMap fulfil')?.data);
    const configuration = (from: typeof chart) => load(from.get('ConfigMap kratix')?.data?.['config'] ?? '');
    expect(configuration(chart)).toEqual(configuration(plain));
  });

  test('the API server takes everything that it can install', async () => {
    const everything = await template('--set', 'temporal.bundled=true,webhook.enabled=true,temporal.secret=login');
    const list = { apiVersion: 'v1', kind: 'List', items: [...byName(everything).values()] };
    // whatever a field manager before it has set
    const apply = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'];
    await mustKubectl(cluster.kubeconfig, apply, list);
  });

  test('with a bucket it has what kubectl apply -k deploy/bucket has', async () => {
    const url = 'https://s3.example.com/fulfil';
    const address = 'temporal.address=temporal-frontend.temporal:7233';
    const chart = byName(await template('--set', `${address},artifacts.url=${url},worker.replicas=2`));
    const folder = await mkdtemp(join(tmpdir(), 'fulfil-kustomize-'));
    const from = (path: string) => relative(folder, resolve(path));
    const patch = JSON.stringify([{ op: 'add', path: '/data/FULFIL_ARTIFACTS_URL', value: url }]);
    const kustomization = {
      ...{ resources: [from('deploy')], components: [from('deploy/bucket')] },
      patches: [{ target: { kind: 'ConfigMap', name: 'fulfil' }, patch }],
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const text = await mustKubectl(cluster.kubeconfig, ['kustomize', folder]);
    await mustKubectl(cluster.kubeconfig, [
      'apply',
      '--server-side',
      '--force-conflicts',
      '--dry-run=server',
      '-k',
      folder,
    ]);
    await rm(folder, { recursive: true });
    const plain = byName(text);
    plain.delete('Namespace kratix-platform-system');
    expect([...chart.keys()].sort()).toEqual([...plain.keys()].sort());
    expect(chart.get('ConfigMap fulfil')?.data).toEqual(plain.get('ConfigMap fulfil')?.data);
    for (const name of ['Deployment fulfil-worker', 'Deployment kratix-platform-controller-manager']) {
      const [one, other] = [chart, plain].map((all) => podOf(all.get(name)));
      expect(one).toEqual(other);
    }
  });

  test("removing it keeps the platform's objects", async () => {
    const chart = byName(await template('--set', 'temporal.address=a:1'));
    const definitions = [...chart.values()].filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions).toHaveLength(10);
    for (const { metadata } of definitions) expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  test('its settings', async () => {
    const settings = [
      'temporal.address=a:1',
      'rbac.granting=false',
      'rbac.secretNamespaces={one,two}',
      'crds.install=false',
      'podDisruptionBudget.enabled=false',
      'worker.replicas=3',
      'artifacts.volume.accessMode=ReadWriteMany',
      'image.tag=9.9.9',
      'metrics.port=9464',
    ];
    const chart = byName(await template(...settings.flatMap((setting) => ['--set', setting])));
    const kinds = [...chart.values()].map(({ kind }) => kind);
    expect(kinds).not.toContain('CustomResourceDefinition');
    expect(kinds).not.toContain('PodDisruptionBudget');
    expect([...chart.keys()]).toEqual(
      expect.arrayContaining(['RoleBinding fulfil-secrets', 'ClusterRole fulfil-secrets']),
    );
    expect([...chart.keys()]).not.toContain('ClusterRoleBinding fulfil-secrets');
    expect([...chart.keys()]).not.toContain('ClusterRole fulfil-granting');
    expect([...chart.keys()]).toContain('ClusterRole fulfil-pipelines');
    expect(chart.get('Deployment fulfil-worker')?.spec).toMatchObject({
      replicas: 3,
      template: { spec: { containers: [{ image: 'fulfil:9.9.9' }] } },
    });
    expect(chart.get('ConfigMap fulfil')?.data).toMatchObject({ FULFIL_METRICS_PORT: '9464' });
    for (const name of ['Deployment fulfil-worker', 'Deployment kratix-platform-controller-manager']) {
      expect(JSON.stringify(chart.get(name))).toContain('{"name":"metrics","containerPort":9464}');
    }
  });

  test.each([
    [[], 'temporal.address is needed'],
    [['--set', 'temporal.adress=a:1'], 'adress'],
    [['--set', 'temporal.address=a:1,worker.replicas=2'], 'workers share documents'],
  ])('%j is refused with a reason', async (settings, expected) => {
    // helm says it in the middle of what it prints
    const { ok, stderr } = await run('template', 'fulfil', 'deploy/chart', ...settings);
    expect(ok).toBe(false);
    expect(stderr).toContain(expected);
  });
});
