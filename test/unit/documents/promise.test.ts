import { describe, expect, test } from '@jest/globals';
import { checkPromise } from '../../../src/documents/promise.js';
import { jenkinsPromise, problemsOf, valueOf, withField } from './fixtures.js';

const configure = ['spec', 'workflows', 'resource', 'configure'];
const first = [...configure, 0];
const container = [...first, 'spec', 'containers', 0];
const version = ['spec', 'api', 'spec', 'versions', 0];

function check(path: readonly (string | number)[], value: unknown) {
  return problemsOf(checkPromise(withField(jenkinsPromise(), path, value), 'promise.yaml'));
}

function pipeline(name: string, more: object = {}) {
  return {
    apiVersion: 'platform.kratix.io/v1alpha1',
    kind: 'Pipeline',
    metadata: { name },
    spec: { containers: [{ name: 'only', image: 'busybox' }] },
    ...more,
  };
}

describe('a Promise that is right', () => {
  test("the tutorial's Jenkins is accepted without its status", () => {
    const promise = valueOf(checkPromise(jenkinsPromise(), 'promise.yaml'));
    expect(promise.metadata.name).toBe('jenkins');
    expect(promise).not.toHaveProperty('status');
    expect(promise.spec.api?.spec.names.plural).toBe('jenkins');
    expect(promise.spec.dependencies?.[1]).toHaveProperty('rules');
    expect(promise.spec.workflows?.resource?.configure?.[0]?.spec.containers[0]?.env?.[1]?.valueFrom).toEqual({
      secretKeyRef: { name: 'jenkins', key: 'token' },
    });
  });

  test.each([[{}], [null], [''], [undefined]])('%j is no API', (api) => {
    const checked = checkPromise(withField(jenkinsPromise(), ['spec', 'api'], api), 'promise.yaml');
    expect(valueOf(checked).spec.api).toBeUndefined();
  });

  test('kubectl output is accepted; what the API server keeps in metadata is left out', () => {
    const printed = withField(jenkinsPromise(), ['metadata', 'managedFields'], [{ manager: 'kubectl' }]);
    const promise = valueOf(checkPromise(withField(printed, ['metadata', 'creationTimestamp'], null), 'promise.yaml'));
    expect(Object.keys(promise.metadata).toSorted()).toEqual(['annotations', 'labels', 'name']);
  });

  test.each<[string, (string | number)[], unknown]>([
    ['an empty spec', ['spec'], {}],
    ['null lists', ['spec', 'dependencies'], null],
    ['workflows without entries', ['spec', 'workflows', 'promise'], { configure: null }],
    [
      'a selector with expressions',
      ['spec', 'destinationSelectors'],
      [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
    ],
    ['the same pipeline name in another action', [...configure, 0, 'metadata', 'name'], 'instance-delete'],
    ['a shared volume once more', [...container, 'volumeMounts'], [{ name: 'shared-output', mountPath: '/out' }]],
    [
      'defaults that nested defaults complete, and one that is null',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties'],
      {
        size: {
          type: 'object',
          default: {},
          required: ['cpu'],
          properties: { cpu: { type: 'integer', default: 2 }, note: { type: 'string', default: null } },
        },
      },
    ],
    ['a fractional limit', [...container, 'resources'], { limits: { cpu: 0.5 } }],
    [
      'every pipeline field',
      [...first, 'spec', 'tolerations'],
      [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
    ],
  ])('%s', (_what, path, value) => {
    expect(check(path, value)).toEqual([]);
  });
});

test('a name of 63 characters, when no pipeline makes it longer', () => {
  const promise = withField(jenkinsPromise(), ['spec', 'workflows'], undefined);
  const named = withField(promise, ['metadata', 'name'], `${'a'.repeat(60)}.bc`);
  expect(problemsOf(checkPromise(named, 'promise.yaml'))).toEqual([]);
});

describe('a Promise that is refused', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    ['another apiVersion', ['apiVersion'], 'v1', 'apiVersion: expected "platform.kratix.io/v1alpha1", found "v1"'],
    ['another kind', ['kind'], 'Work', 'kind: expected "Promise", found "Work"'],
    ['no name', ['metadata', 'name'], undefined, 'metadata.name: expected a string, found nothing'],
    [
      'a name of 64 characters',
      ['metadata', 'name'],
      'a'.repeat(64),
      'metadata.name: expected at most 63 characters, found 64',
    ],
    [
      'a name with capitals',
      ['metadata', 'name'],
      'Jenkins',
      'metadata.name: expected a DNS-1123 name such as my-name (a-z, 0-9, - and .), found "Jenkins"',
    ],
    [
      'an unknown field',
      ['spec', 'workflow'],
      {},
      'spec.workflow: unknown field "workflow", expected one of api, workflows, requiredPromises, dependencies, destinationSelectors',
    ],
    [
      'an unknown field of a container',
      [...container, 'imagee'],
      'x',
      'spec.workflows.resource.configure[0].spec.containers[0].imagee: unknown field "imagee", expected one of name, image, args, command, env, envFrom, volumeMounts, imagePullPolicy, securityContext, resources',
    ],
    [
      'an unknown top-level field',
      ['data'],
      {},
      'data: unknown field "data", expected one of apiVersion, kind, metadata, spec, status',
    ],
    [
      'an illegal label',
      ['metadata', 'labels'],
      { team: '-x' },
      `metadata.labels.team: invalid label value "-x": must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit`,
    ],
    [
      'a bad timeout',
      ['metadata', 'annotations'],
      { 'fulfil.io/timeout': '3 days' },
      'metadata.annotations[fulfil.io/timeout]: expected a duration such as 30m or 1h30m, at most 576h, found "3 days"',
    ],
    [
      'a bad network',
      [...first, 'metadata', 'annotations'],
      { 'fulfil.io/network': 'host' },
      'spec.workflows.resource.configure[0].metadata.annotations[fulfil.io/network]: expected one of none, default, found "host"',
    ],
    [
      'an unparsable interval annotation',
      ['metadata', 'annotations'],
      { 'kratix.io/reconciliation-interval': 'soon' },
      'metadata.annotations[kratix.io/reconciliation-interval]: Invalid value: "soon": must be a valid duration',
    ],
    [
      'a short interval',
      ['spec', 'workflows', 'config', 'reconciliationInterval'],
      '59s',
      'spec.workflows.config.reconciliationInterval: Invalid value: "59s": must be at least 1m0s',
    ],
    [
      'an interval that is too long for Go',
      ['spec', 'workflows', 'config', 'reconciliationInterval'],
      '2562048h',
      'spec.workflows.config.reconciliationInterval: Invalid value: "2562048h": must be a valid duration',
    ],
    [
      'a required Promise without a name',
      ['spec', 'requiredPromises'],
      [{ version: 'v1' }],
      'spec.requiredPromises[0].name: expected a string, found nothing',
    ],
    [
      'a dependency without a kind',
      ['spec', 'dependencies'],
      [{ apiVersion: 'v1', metadata: { name: 'x' } }],
      'spec.dependencies[0].kind: expected a string, found nothing',
    ],
    [
      'a dependency that is text',
      ['spec', 'dependencies'],
      ['x'],
      'spec.dependencies[0]: expected an object, found "x"',
    ],
    [
      'a label that is no text',
      ['spec', 'destinationSelectors'],
      [{ matchLabels: { gpu: true } }],
      'spec.destinationSelectors[0].matchLabels.gpu: expected a string, found the boolean true',
    ],
    [
      'In without values',
      ['spec', 'destinationSelectors'],
      [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
      'spec.destinationSelectors[0].matchExpressions[0].values: expected at least one value with the operator In, found nothing',
    ],
    [
      'Exists with values',
      ['spec', 'destinationSelectors'],
      [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }],
      'spec.destinationSelectors[0].matchExpressions[0].values: expected no values with the operator Exists, found a list of 1',
    ],
    [
      'an unknown operator',
      ['spec', 'destinationSelectors'],
      [{ matchExpressions: [{ key: 'a', operator: 'Gt' }] }],
      'spec.destinationSelectors[0].matchExpressions[0].operator: expected one of In, NotIn, Exists, DoesNotExist, found "Gt"',
    ],
    [
      'a pipeline of another kind',
      first,
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' } },
      'spec.workflows.resource.configure[0]: unsupported pipeline "x" with APIVersion "Job/batch/v1"',
    ],
    [
      'no containers',
      [...first, 'spec', 'containers'],
      [],
      'spec.workflows.resource.configure[0].spec.containers: expected at least 1 entry, found an empty list',
    ],
    [
      'containers missing',
      [...first, 'spec', 'containers'],
      undefined,
      'spec.workflows.resource.configure[0].spec.containers: expected a list, found nothing',
    ],
    [
      'no image',
      [...container, 'image'],
      undefined,
      'spec.workflows.resource.configure[0].spec.containers[0].image: expected a string, found nothing',
    ],
    [
      'a bad container name',
      [...container, 'name'],
      'My_Stage',
      'spec.workflows.resource.configure[0].spec.containers[0].name: expected a DNS label such as my-name (a-z, 0-9 and -, at most 63 characters), found "My_Stage"',
    ],
    [
      "Kratix's own container",
      [...container, 'name'],
      'reader',
      'spec.workflows.resource.configure[0].spec.containers[0].name: "reader" is the name of a container of the platform\'s own',
    ],
    [
      'args as text',
      [...container, 'args'],
      '-c',
      'spec.workflows.resource.configure[0].spec.containers[0].args: expected a list, found "-c"',
    ],
    [
      'a number in env',
      [...container, 'env'],
      [{ name: 'A', value: 3 }],
      'spec.workflows.resource.configure[0].spec.containers[0].env[0].value: expected a string, found the number 3',
    ],
    [
      'env twice over',
      [...container, 'env'],
      [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      'spec.workflows.resource.configure[0].spec.containers[0].env[0]: expected either value or valueFrom, found both',
    ],
    [
      'an empty valueFrom',
      [...container, 'env'],
      [{ name: 'A', valueFrom: {} }],
      'spec.workflows.resource.configure[0].spec.containers[0].env[0].valueFrom: expected exactly one of secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef, found an empty object',
    ],
    [
      'a bad quantity',
      [...container, 'resources'],
      { limits: { cpu: 'much' } },
      'spec.workflows.resource.configure[0].spec.containers[0].resources.limits.cpu: expected a quantity such as 100m or 128Mi, found "much"',
    ],
    [
      'a mount of no volume',
      [...container, 'volumeMounts'],
      [{ name: 'gone', mountPath: '/x' }],
      'spec.workflows.resource.configure[0].spec.containers[0].volumeMounts[0].name: expected the name of a volume of this pipeline or one of shared-input, shared-output, shared-metadata, found "gone"',
    ],
    [
      'a mount of a volume that only Kratix has',
      [...container, 'volumeMounts'],
      [{ name: 'promise-scheduling', mountPath: '/x' }],
      'spec.workflows.resource.configure[0].spec.containers[0].volumeMounts[0].name: expected the name of a volume of this pipeline or one of shared-input, shared-output, shared-metadata, found "promise-scheduling"',
    ],
    [
      "a volume that has the name of the run's own",
      [...first, 'spec', 'volumes'],
      [
        { name: 'cache', emptyDir: {} },
        { name: 'fulfil-run', emptyDir: {} },
      ],
      'spec.workflows.resource.configure[0].spec.volumes[1].name: "fulfil-run" is the name of a volume of the platform\'s own',
    ],
    [
      'a bad backoffLimit',
      [...first, 'spec', 'jobOptions'],
      { backoffLimit: 1.5 },
      'spec.workflows.resource.configure[0].spec.jobOptions.backoffLimit: expected a whole number, found the number 1.5',
    ],
    [
      'restartPolicy Always',
      [...first, 'spec', 'restartPolicy'],
      'Always',
      'spec.workflows.resource.configure[0].spec.restartPolicy: expected one of OnFailure, Never, found "Always"',
    ],
    [
      'a pipeline label value',
      [...first, 'metadata', 'labels'],
      { team: 'a b' },
      `spec.workflows.resource.configure[0].metadata.labels.team: invalid label value "a b" for key "team" in workflow "resource" action "configure": must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit`,
    ],
    [
      'a pipeline label key',
      [...first, 'metadata', 'labels'],
      { 'a/b/c': 'x' },
      `spec.workflows.resource.configure[0].metadata.labels[a/b/c]: invalid label key "a/b/c" in workflow "resource" action "configure": its name must consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit`,
    ],
    [
      'a pipeline name twice',
      configure,
      [pipeline('same'), pipeline('same')],
      'spec.workflows.resource.configure[1].metadata.name: duplicate pipeline name "same" in workflow "resource" action "configure"',
    ],
    [
      'a container name twice',
      [...first, 'spec', 'containers'],
      [
        { name: 'a', image: 'x' },
        { name: 'a', image: 'y' },
        { name: 'b', image: 'z', volumeMounts: [{ name: 'cache', mountPath: '/c' }] },
      ],
      'spec.workflows.resource.configure[0].spec.containers[1].name: duplicate container name "a"',
    ],
    [
      'a name that grows too long',
      [...first, 'metadata', 'name'],
      'n'.repeat(40),
      `spec.workflows.resource.configure[0].metadata.name: expected PROMISE-resource-configure-PIPELINE of at most 60 characters, found 67: "jenkins-resource-configure-${'n'.repeat(40)}"`,
    ],
  ])('%s', (_what, path, value, expected) => {
    expect(check(path, value)).toEqual([expected]);
  });

  test.each([
    [null, 'expected an object, found null'],
    ['text', 'expected an object, found "text"'],
    [[], 'expected an object, found an empty list'],
  ])('%j as a whole', (value, expected) => {
    expect(problemsOf(checkPromise(value, 'promise.yaml'))).toEqual([expected]);
  });

  test('several problems are told together, each with the document', () => {
    let promise = withField(jenkinsPromise(), ['spec', 'api', 'spec', 'scope'], 'Cluster');
    promise = withField(promise, [...first, 'spec', 'containers'], []);
    promise = withField(promise, ['spec', 'oops'], 1);
    const checked = checkPromise(promise, 'promise.yaml');
    expect(problemsOf(checked)).toHaveLength(3);
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.document)).toEqual(
      Array(3).fill('promise.yaml: Promise jenkins'),
    );
  });
});

describe('an API that is refused', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    [
      'a cluster scope',
      ['spec', 'api', 'spec', 'scope'],
      'Cluster',
      'spec.api.spec.scope: promise api needs to be namespace scoped; spec.api.spec.scope cannot be: Cluster',
    ],
    [
      'another kind',
      ['spec', 'api', 'kind'],
      'Deployment',
      'spec.api.kind: expected "CustomResourceDefinition", found "Deployment"',
    ],
    [
      'v1beta1',
      ['spec', 'api', 'apiVersion'],
      'apiextensions.k8s.io/v1beta1',
      'spec.api.apiVersion: expected "apiextensions.k8s.io/v1", found "apiextensions.k8s.io/v1beta1"',
    ],
    ['text', ['spec', 'api'], 'crd.yaml', 'spec.api: expected an object, found "crd.yaml"'],
    [
      'another name',
      ['spec', 'api', 'metadata', 'name'],
      'jenkins',
      'spec.api.metadata.name: expected "jenkins.marketplace.kratix.io", the plural and the group, found "jenkins"',
    ],
    [
      'no versions',
      ['spec', 'api', 'spec', 'versions'],
      [],
      'spec.api.spec.versions: expected at least 1 entry, found an empty list',
    ],
    [
      'no storage version',
      [...version, 'storage'],
      false,
      'spec.api.spec.versions: expected exactly one version with storage: true, found none',
    ],
    [
      'no schema',
      [...version, 'schema'],
      undefined,
      'spec.api.spec.versions[0].schema: expected an object, found nothing',
    ],
    [
      'an empty schema',
      [...version, 'schema'],
      {},
      'spec.api.spec.versions[0].schema.openAPIV3Schema: expected an object, found nothing',
    ],
    [
      'a schema that is no object',
      [...version, 'schema', 'openAPIV3Schema', 'type'],
      'string',
      'spec.api.spec.versions[0].schema.openAPIV3Schema.type: expected "object" at the root of a schema',
    ],
    [
      'a type that is none',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'env'],
      { type: 'text' },
      'spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.env.type: expected one of object, array, string, integer, number, boolean, found "text"',
    ],
    [
      'a field without type',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'env'],
      { description: 'x' },
      'spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.env.type: expected a type, found nothing',
    ],
    [
      'a default that its own enum refuses',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'env'],
      { type: 'string', enum: ['dev', 'prod'], default: 'staging' },
      'spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.env.default: expected one of dev, prod, found "staging"',
    ],
    [
      'a default with a field that its schema does not know',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'env'],
      { type: 'array', items: { type: 'object', default: { sise: 1 }, properties: { size: { type: 'integer' } } } },
      'spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.env.items.default.sise: unknown field "sise", expected "size"',
    ],
    [
      'a misspelt keyword',
      [...version, 'schema', 'openAPIV3Schema', 'propertes'],
      {},
      'spec.api.spec.versions[0].schema.openAPIV3Schema.propertes: "propertes" is unknown to a schema',
    ],
    [
      'a reference',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', '$ref'],
      '#/x',
      'spec.api.spec.versions[0].schema.openAPIV3Schema.properties.spec.$ref: "$ref" is not allowed in the schema of a custom resource',
    ],
    [
      'a pattern that does not compile',
      [...version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'env', 'pattern'],
      '(',
      'spec.api.spec.versions[0].schema.openAPIV3Schema: expected a schema that compiles: Invalid regular expression: /(/: Unterminated group',
    ],
  ])('%s', (_what, path, value, expected) => {
    expect(check(path, value)).toEqual([expected]);
  });

  test('two storage versions', () => {
    const [one] = valueOf(checkPromise(jenkinsPromise(), '')).spec.api?.spec.versions ?? [];
    expect(check(['spec', 'api', 'spec', 'versions'], [one, { ...one, name: 'v2' }])).toEqual([
      'spec.api.spec.versions: expected exactly one version with storage: true, found v1alpha1, v2',
    ]);
  });
});
