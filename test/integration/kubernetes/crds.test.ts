import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OwnCluster } from '../../cluster/cluster.js';
import { startApiServer } from '../../cluster/cluster.js';
import { kubectl, mustKubectl } from '../../cluster/kubectl.js';
import type { Sample } from './crdsSamples.js';
import { api, clusterWide, healthRecord, namespaced, pipeline, promiseSpec, specs } from './crdsSamples.js';

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await startApiServer();
  await mustKubectl(cluster.kubeconfig, ['apply', '-f', 'deploy/crds']);
  await mustKubectl(cluster.kubeconfig, ['wait', '--for=condition=Established', '--all', 'crds', '--timeout=120s']);
});
afterAll(() => cluster?.stop());

/** What the API server would store. */
async function accepted(sample: Sample): Promise<Record<string, unknown>> {
  const args = ['create', '--dry-run=server', '--output=json', '--validate=strict', '-f', '-'];
  return JSON.parse(await mustKubectl(cluster.kubeconfig, args, sample)) as Record<string, unknown>;
}

/** The API server's complaints, one for each field. */
async function refused(verb: 'create' | 'replace', sample: Sample): Promise<string[]> {
  const { ok, stderr } = await kubectl(cluster.kubeconfig, [verb, '--dry-run=server', '-f', '-'], sample);
  if (ok) throw new Error('accepted');
  return stderr
    .trim()
    .replace(/^.*? is invalid: ?\n?/, '')
    .split('\n')
    .map((line) => line.replace(/^\* /, ''))
    .filter((line) => !line.startsWith('<nil>: Invalid value: null: some validation rules were not checked'));
}

/** A path of fields and indexes; undefined removes what is there. */
function changed<T extends object>(value: T, path: readonly (string | number)[], field: unknown): T {
  const copy = structuredClone(value);
  let at = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last !== undefined) at[last] = field;
  return copy;
}

describe('the definitions', () => {
  test('names, scopes, short names and categories', async () => {
    const table = await mustKubectl(cluster.kubeconfig, [
      'api-resources',
      '--api-group=platform.kratix.io',
      '-o',
      'wide',
    ]);
    const rows = table.split('\n').slice(1).filter(Boolean);
    const summary = rows.map((row) => {
      const [name, ...rest] = row.split(/\s+/);
      const categories = rest.at(-1) === 'kratix' ? ['kratix'] : [];
      const at = rest.indexOf('platform.kratix.io/v1alpha1');
      return [name, rest.slice(0, at).join(' '), rest[at + 1], rest[at + 2], ...categories].join(' | ');
    });
    expect(summary.sort()).toEqual([
      'bucketstatestores |  | false | BucketStateStore | kratix',
      'destinations | dest,dests | false | Destination | kratix',
      'gitstatestores |  | false | GitStateStore | kratix',
      'healthrecords |  | true | HealthRecord',
      'promisereleases |  | false | PromiseRelease | kratix',
      'promiserevisions |  | false | PromiseRevision | kratix',
      'promises |  | false | Promise | kratix',
      'resourcebindings |  | true | ResourceBinding | kratix',
      'workplacements | wp,wps | true | WorkPlacement | kratix',
      'works |  | true | Work | kratix',
    ]);
  });

  const ready = (message: string) => [
    { type: 'Ready', status: 'True', reason: 'Ready', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];

  test.each<[string, Sample, object, string, string]>([
    [
      'promises',
      clusterWide('Promise', promiseSpec),
      { status: 'Available', kind: 'jenkins', apiVersion: 'example.com/v1alpha1', version: 'v1.0.0', message: 'hello' },
      'NAME STATUS KIND API VERSION VERSION MESSAGE',
      'sample Available jenkins example.com/v1alpha1 v1.0.0 hello',
    ],
    [
      'promisereleases',
      clusterWide('PromiseRelease', { ...specs.release, version: 'v1.0.0' }),
      { status: 'Installed' },
      'NAME STATUS VERSION',
      'sample Installed v1.0.0',
    ],
    [
      'promiserevisions',
      clusterWide('PromiseRevision', specs.revision),
      { latest: true },
      'NAME PROMISE VERSION LATEST',
      'sample jenkins v1.0.0 true',
    ],
    [
      'resourcebindings',
      namespaced('ResourceBinding', specs.binding),
      { lastAppliedVersion: 'v1.0.0' },
      'NAME RESOURCE PROMISE DESIRED APPLIED',
      'sample example jenkins latest v1.0.0',
    ],
    ['works', namespaced('Work', specs.work), { conditions: ready('Pending') }, 'NAME STATUS', 'sample Pending'],
    [
      'wps',
      namespaced('WorkPlacement', specs.placement),
      { versionID: 'abc', conditions: ready('Ready') },
      'NAME DESTINATION STATUS',
      'sample worker-1 Ready',
    ],
    [
      'dests',
      clusterWide('Destination', specs.destination),
      { conditions: ready('Destination is ready') },
      'NAME STATESTOREKIND STATESTORENAME READY',
      'sample GitStateStore main True',
    ],
    [
      'bucketstatestores',
      clusterWide('BucketStateStore', specs.bucket),
      { status: 'Ready', conditions: ready('State store is ready') },
      'NAME NAME ENDPOINT READY',
      'sample kratix minio:9000 True',
    ],
    [
      'gitstatestores',
      clusterWide('GitStateStore', specs.git),
      { status: 'Ready', conditions: ready('State store is ready') },
      'NAME URL BRANCH READY',
      'sample https://git.example.com/state.git main True',
    ],
    ['healthrecords', healthRecord({ ...specs.health, state: 'healthy' }), {}, 'NAME STATUS AGE', 'sample healthy AGE'],
  ])('columns and status of %s', async (name, sample, status, header, row) => {
    await mustKubectl(cluster.kubeconfig, ['create', '-f', '-'], sample);
    const patch = ['patch', name, 'sample', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await mustKubectl(cluster.kubeconfig, patch);
    const table = await mustKubectl(cluster.kubeconfig, ['get', name]);
    const lines = table
      .trim()
      .split('\n')
      .map((line) => line.trim().replaceAll(/\s+/g, ' '));
    expect(lines.map((line) => line.replace(/ \d+m?s$/, ' AGE'))).toEqual([header, row]);
    const stored = JSON.parse(await mustKubectl(cluster.kubeconfig, ['get', name, 'sample', '-o', 'json'])) as object;
    // the spec has not changed, so neither has its generation
    expect(stored).toMatchObject({ metadata: { generation: 1 }, status });
  });

  test('bindings are found by their version', async () => {
    const find = ['get', 'resourcebindings', '-o', 'name', '--field-selector'];
    expect(await mustKubectl(cluster.kubeconfig, [...find, 'spec.version=latest'])).toContain('sample');
    expect(await mustKubectl(cluster.kubeconfig, [...find, 'spec.version=v9'])).toBe('');
  });

  test('a condition needs a reason', async () => {
    const status = {
      conditions: [{ type: 'Ready', status: 'Maybe', reason: '', message: '', lastTransitionTime: 'x' }],
    };
    const patch = ['patch', 'dest', 'sample', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    const { ok, stderr } = await kubectl(cluster.kubeconfig, patch);
    expect(ok).toBe(false);
    expect(stderr).toContain('status.conditions[0].reason');
    expect(stderr).toContain('Unsupported value: "Maybe": supported values: "True", "False", "Unknown"');
  });
});

describe('what is accepted, with its defaults', () => {
  test.each<[string, Sample, object]>([
    [
      'a Destination',
      clusterWide('Destination', specs.destination),
      {
        ...specs.destination,
        cleanup: 'none',
        filepath: { mode: 'nestedByMetadata' },
        initWorkloads: { enabled: true },
        strictMatchLabels: false,
      },
    ],
    [
      'a Destination with a file name only',
      clusterWide('Destination', { ...specs.destination, path: '/', filepath: { filename: 'all.yaml' } }),
      { path: '/', filepath: { mode: 'nestedByMetadata', filename: 'all.yaml' } },
    ],
    [
      'a BucketStateStore',
      clusterWide('BucketStateStore', specs.bucket),
      { ...specs.bucket, authMethod: 'accessKey', insecure: false, useDualStack: false },
    ],
    [
      'a BucketStateStore with IAM and an address of IPv6',
      clusterWide('BucketStateStore', { bucketName: 'kratix', endpoint: '[::1]:9000', authMethod: 'IAM' }),
      { authMethod: 'IAM', endpoint: '[::1]:9000' },
    ],
    [
      'a GitStateStore',
      clusterWide('GitStateStore', specs.git),
      {
        ...specs.git,
        branch: 'main',
        authMethod: 'basicAuth',
        gitAuthor: { name: 'kratix' },
        secretRef: { name: 'login', namespace: 'default' },
      },
    ],
    [
      'a GitStateStore by SSH',
      clusterWide('GitStateStore', { ...specs.git, url: 'git@git.example.com:state.git', authMethod: 'ssh' }),
      { authMethod: 'ssh' },
    ],
    [
      'a repository on this machine',
      clusterWide('GitStateStore', { url: 'file:///srv/state.git' }),
      { branch: 'main' },
    ],
    [
      'a server on this machine',
      clusterWide('GitStateStore', { url: 'http://127.0.0.1:3000/state.git', branch: 'feature/x-1' }),
      { branch: 'feature/x-1' },
    ],
    [
      'a PromiseRelease',
      clusterWide('PromiseRelease', { sourceRef: { type: 'http', url: 'http://example.com' } }),
      { sourceRef: { type: 'http', url: 'http://example.com' } },
    ],
    ['a Promise with everything', clusterWide('Promise', promiseSpec), promiseSpec],
    ['a Promise without an API', clusterWide('Promise', { api: null, dependencies: [] }), { dependencies: [] }],
    ['a Promise with an empty API', clusterWide('Promise', { api: {} }), { api: {} }],
    [
      'unknown fields of a pipeline, for the controller to refuse',
      clusterWide('Promise', { workflows: { promise: { configure: [pipeline('a', { surprise: 1 })] } } }),
      { workflows: { promise: { configure: [pipeline('a', { surprise: 1 })] } } },
    ],
    ['a PromiseRevision', clusterWide('PromiseRevision', specs.revision), specs.revision],
    ['a ResourceBinding', namespaced('ResourceBinding', specs.binding), specs.binding],
    ['a Work', namespaced('Work', specs.work), specs.work],
    ['a WorkPlacement', namespaced('WorkPlacement', specs.placement), specs.placement],
  ])('%s', async (_what, sample, expected) => {
    expect((await accepted({ ...sample, metadata: { ...sample.metadata, name: 'other' } }))['spec']).toMatchObject(
      expected,
    );
  });

  test('a HealthRecord, with details of any kind', async () => {
    const sample = healthRecord({ ...specs.health, lastRun: 1_700_000_000, details: { checks: [{ ok: true }] } });
    const stored = await accepted({ ...sample, metadata: { name: 'other', namespace: 'default' } });
    expect(stored['data']).toEqual({ ...sample.data, state: 'unknown' });
  });

  test("counters of a Promise's status are there once it has one", async () => {
    const stored = JSON.parse(
      await mustKubectl(cluster.kubeconfig, ['get', 'promise', 'sample', '-o', 'json']),
    ) as object;
    expect(stored).toMatchObject({ status: { workflows: 0, workflowsSucceeded: 0, workflowsFailed: 0 } });
  });
});

describe('what is refused', () => {
  const path = 'expected a path inside the state store, without ..';

  test.each<[readonly string[], unknown, string]>([
    [['path'], undefined, 'spec.path: Required value'],
    [['path'], '', 'spec.path: Invalid value: "": path field is required'],
    [['path'], 'a/../../b', `spec.path: Invalid value: "a/../../b": ${path}`],
    [['path'], 'a\\b', `spec.path: Invalid value: "a\\\\b": ${path}`],
    [['stateStoreRef'], undefined, 'spec.stateStoreRef: Required value'],
    [
      ['stateStoreRef', 'kind'],
      'Ftp',
      'spec.stateStoreRef.kind: Unsupported value: "Ftp": supported values: "BucketStateStore", "GitStateStore"',
    ],
    [['stateStoreRef', 'name'], undefined, 'spec.stateStoreRef.name: Required value'],
    [
      ['filepath'],
      { mode: 'flat' },
      'spec.filepath.mode: Unsupported value: "flat": supported values: "nestedByMetadata", "aggregatedYAML", "none"',
    ],
    [['filepath'], { filename: '../x' }, `spec.filepath.filename: Invalid value: "../x": ${path}`],
    [['cleanup'], 'some', 'spec.cleanup: Unsupported value: "some": supported values: "none", "all"'],
  ])('a Destination with %j = %j', async (field, value, expected) => {
    expect(await refused('create', clusterWide('Destination', changed(specs.destination, field, value)))).toEqual([
      expected,
    ]);
  });

  test("a Destination's mode cannot change", async () => {
    const other = { ...specs.destination, filepath: { mode: 'none' } };
    expect(await refused('replace', clusterWide('Destination', other))).toEqual([
      'spec.filepath.mode: Invalid value: "none": filepath.mode is immutable',
    ]);
  });

  test.each(['Destination', 'Promise'])('a name of a %s that no label could carry', async (kind) => {
    const spec = kind === 'Promise' ? {} : specs.destination;
    expect(await refused('create', clusterWide(kind, spec, 'a'.repeat(64)))).toEqual([
      '<nil>: Invalid value: metadata.name must be at most 63 characters, because it becomes the value of a label',
    ]);
  });

  test.each<[object, string]>([
    [
      { secretRef: undefined },
      'spec: Invalid value: spec.secretRef must be set when using authentication method accessKey',
    ],
    [{ secretRef: { namespace: 'x' } }, 'spec: Invalid value: spec.secretRef must contain secret name'],
    [{ secretRef: {} }, 'spec: Invalid value: spec.secretRef must contain secret name'],
    [{ secretRef: { name: 'x' } }, 'spec: Invalid value: spec.secretRef must contain secret namespace'],
    [
      { endpoint: 'https://minio' },
      'spec.endpoint: Invalid value: "https://minio": expected host or host:port without a scheme, such as s3.amazonaws.com',
    ],
    [{ authMethod: 'key' }, 'spec.authMethod: Unsupported value: "key": supported values: "accessKey", "IAM"'],
    [{ bucketName: undefined }, 'spec.bucketName: Required value'],
    [{ path: '../x' }, `spec.path: Invalid value: "../x": ${path}`],
  ])('a BucketStateStore with %j', async (change, expected) => {
    expect(await refused('create', clusterWide('BucketStateStore', { ...specs.bucket, ...change }))).toEqual([
      expected,
    ]);
  });

  test.each<[object, string]>([
    [{ url: undefined }, 'spec.url: Required value'],
    [{ url: 'http://git/x' }, 'spec: Invalid value: invalid URL for HTTPS auth method: http://git/x'],
    [{ url: 'git@git:x' }, 'spec: Invalid value: invalid URL for HTTPS auth method: git@git:x'],
    [{ authMethod: 'ssh' }, 'spec: Invalid value: invalid URL for SSH auth method: https://git.example.com/state.git'],
    [
      { authMethod: 'ssh', url: 'https://me:secret@git/x' },
      'spec: Invalid value: invalid URL for SSH auth method: https://***@git/x',
    ],
    [{ url: 'https://me:secret@git/x' }, 'spec: Invalid value: expected a URL without credentials'],
    [
      { secretRef: undefined },
      'spec: Invalid value: spec.secretRef must be set when using authentication method basicAuth',
    ],
    [
      { secretRef: undefined, authMethod: 'githubApp' },
      'spec: Invalid value: spec.secretRef must be set when using authentication method githubApp',
    ],
    [
      { url: 'file:///srv/x' },
      'spec: Invalid value: spec.secretRef must not be set for a file:// URL: it needs no secret',
    ],
    [
      { authMethod: 'basic' },
      'spec.authMethod: Unsupported value: "basic": supported values: "basicAuth", "ssh", "githubApp"',
    ],
    ...['-x', 'a..b', 'a b', 'a.lock', '/a', 'a/', '.a', 'a~1'].map((branch): [object, string] => [
      { branch },
      `spec.branch: Invalid value: "${branch}": expected the name of a git branch`,
    ]),
  ])('a GitStateStore with %j', async (change, expected) => {
    expect(await refused('create', clusterWide('GitStateStore', { ...specs.git, ...change }))).toEqual([expected]);
  });

  test.each<[object, string]>([
    [{}, 'spec: Invalid value: sourceRef.url must be set'],
    [{ sourceRef: { type: 'http', url: '' } }, 'spec: Invalid value: sourceRef.url must be set'],
    [
      { sourceRef: { type: 'ftp', url: 'x' } },
      'spec.sourceRef.type: Unsupported value: "ftp": supported values: "http"',
    ],
  ])('a PromiseRelease with %j', async (spec, expected) => {
    expect(await refused('create', clusterWide('PromiseRelease', spec))).toEqual([expected]);
  });

  test('incomplete objects', async () => {
    expect(await refused('create', clusterWide('PromiseRevision', {}))).toEqual([
      'spec.promiseRef: Required value',
      'spec.promiseSpec: Required value',
      'spec.version: Required value',
    ]);
    expect(await refused('create', namespaced('ResourceBinding', { ...specs.binding, version: undefined }))).toEqual([
      'spec.version: Required value',
    ]);
    expect(await refused('create', healthRecord({ ...specs.health, state: 'bad' }))).toEqual([
      'data.state: Unsupported value: "bad": supported values: "unknown", "ready", "unhealthy", "healthy", "degraded"',
    ]);
    expect(await refused('create', healthRecord({ promiseRef: {} }))).toEqual(['data.promiseRef.name: Required value']);
    const work = changed(specs.work, ['workloadGroups', 0, 'destinationSelectors', 0, 'source'], 'guess');
    expect(await refused('create', namespaced('Work', work))).toEqual([
      'spec.workloadGroups[0].destinationSelectors[0].source: Unsupported value: "guess": ' +
        'supported values: "promise", "promise-workflow", "resource-workflow"',
    ]);
  });

  test.each<[string, 'promise' | 'resource', 'configure' | 'delete', object[], string]>([
    [
      'an entry that is no Pipeline',
      'resource',
      'configure',
      [pipeline('a', { kind: 'Job' })],
      'spec.workflows.resource.configure[0]: Invalid value: failed parsing resource.configure pipeline: ' +
        'unsupported pipeline "a" with APIVersion "Job/platform.kratix.io/v1alpha1"',
    ],
    [
      'an entry that is nothing',
      'promise',
      'delete',
      [{}],
      'spec.workflows.promise.delete[0]: Invalid value: failed parsing promise.delete pipeline: ' +
        'unsupported pipeline "" with APIVersion "/"',
    ],
    [
      'a name twice',
      'promise',
      'configure',
      [pipeline('a'), pipeline('b'), pipeline('b')],
      'spec.workflows.promise.configure: Invalid value: ' +
        'duplicate pipeline name "b" in workflow "promise" action "configure"',
    ],
    [
      'a name that is too long with the others',
      'resource',
      'delete',
      [pipeline('a'.repeat(38))],
      'spec.workflows.resource.delete: Invalid value: expected PROMISE-resource-delete-PIPELINE of at most 60 characters',
    ],
    [
      "a label's value",
      'resource',
      'configure',
      [pipeline('a', { metadata: { name: 'a', labels: { fine: 'x', key: 'not fine' } } })],
      'spec.workflows.resource.configure[0].metadata.labels: Invalid value: invalid label value "not fine" for key "key" ' +
        'in workflow "resource" action "configure": ' +
        'must be at most 63 letters, digits, -, _ or ., and start and end with a letter or digit',
    ],
    [
      "a label's key",
      'promise',
      'delete',
      [pipeline('a', { metadata: { name: 'a', labels: { 'not/fine/': 'x' } } })],
      'spec.workflows.promise.delete[0].metadata.labels: Invalid value: invalid label key "not/fine/" ' +
        'in workflow "promise" action "delete": ' +
        'must be such as example.com/name, its name at most 63 letters, digits, -, _ or .',
    ],
  ])('a Promise with %s', async (_what, type, action, pipelines, expected) => {
    const spec = { workflows: { [type]: { [action]: pipelines } } };
    expect(await refused('create', clusterWide('Promise', spec))).toEqual([expected]);
  });

  test.each<[readonly string[], unknown, string]>([
    [
      ['spec', 'scope'],
      'Cluster',
      'spec.api: Invalid value: promise api needs to be namespace scoped; spec.api.spec.scope cannot be: Cluster',
    ],
    [
      ['kind'],
      'Deployment',
      'spec.api: Invalid value: api is not a valid CRD: expected kind CustomResourceDefinition of apiextensions.k8s.io/v1',
    ],
    [
      ['metadata', 'name'],
      'other.example.com',
      'spec.api: Invalid value: invalid CRD: metadata.name must be spec.names.plural + "." + spec.group',
    ],
  ])("a Promise whose API's %j = %j", async (field, value, expected) => {
    expect(await refused('create', clusterWide('Promise', { api: changed(api, field, value) }))).toEqual([expected]);
  });

  test.each([
    ['59s', 'must be at least 1m0s'],
    ['0', 'must be at least 1m0s'],
    ['-2h', 'must be at least 1m0s'],
    ['1d', 'must be a valid duration'],
    ['soon', 'must be a valid duration'],
  ])('a Promise with the interval %s', async (reconciliationInterval, expected) => {
    const spec = { workflows: { config: { reconciliationInterval } } };
    expect(await refused('create', clusterWide('Promise', spec))).toEqual([
      `spec.workflows.config.reconciliationInterval: Invalid value: "${reconciliationInterval}": ${expected}`,
    ]);
  });

  test("a Promise's API cannot become another one, or none", async () => {
    expect(await refused('replace', clusterWide('Promise', { ...promiseSpec, api: undefined }))).toEqual([
      'spec: Invalid value: cannot remove API from existing promise',
    ]);
    expect(await refused('replace', clusterWide('Promise', { ...promiseSpec, api: {} }))).toEqual([
      'spec: Invalid value: cannot remove API from existing promise',
    ]);
    const kind = changed(api, ['spec', 'names', 'kind'], 'Other');
    const [message] = await refused('replace', clusterWide('Promise', { ...promiseSpec, api: kind }));
    expect(message).toMatch(/^spec\.api\.spec\.names: Invalid value: .*field is immutable$/);
    const moved = changed(changed(api, ['metadata', 'name'], 'jenkins.other.com'), ['spec', 'group'], 'other.com');
    expect(await refused('replace', clusterWide('Promise', { ...promiseSpec, api: moved }))).toEqual([
      'spec.api.metadata.name: Invalid value: "jenkins.other.com": field is immutable',
    ]);
  });

  test("a Promise's API may grow, and may come later", async () => {
    const versions = [...api.spec.versions, { ...api.spec.versions[0], name: 'v2', storage: false }];
    const spec = { ...promiseSpec, api: changed(api, ['spec', 'versions'], versions) };
    const replace = ['replace', '--dry-run=server', '-f', '-'];
    await mustKubectl(cluster.kubeconfig, replace, clusterWide('Promise', spec));
    await mustKubectl(cluster.kubeconfig, ['create', '-f', '-'], clusterWide('Promise', {}, 'plain'));
    await mustKubectl(cluster.kubeconfig, replace, clusterWide('Promise', { api }, 'plain'));
  });
});
