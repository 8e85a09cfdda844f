import { describe, expect, test } from '@jest/globals';
import { checkDestination } from '../../../src/documents/destination.js';
import { checkStateStore } from '../../../src/documents/stateStore.js';
import { problemsOf, valueOf, withField } from './fixtures.js';

const apiVersion = 'platform.kratix.io/v1alpha1';

const destination = {
  apiVersion,
  kind: 'Destination',
  metadata: { name: 'worker-1', labels: { environment: 'dev' } },
  spec: { path: 'worker-1', stateStoreRef: { kind: 'GitStateStore', name: 'main' } },
};

describe('a Destination', () => {
  test.each([
    ['fulfil.io/drain', 'yes', 'true, false'],
    ['fulfil.io/deliver', 'mail', 'commit, pull-request'],
  ])('annotation %s: %s is refused', (name, word, expected) => {
    const annotated = withField(destination, ['metadata', 'annotations'], { [name]: word });
    expect(problemsOf(checkDestination(annotated, 'd.yaml')).join()).toContain(`one of ${expected}`);
  });

  test('drained, and by pull request: no test documents', () => {
    const annotations = { 'fulfil.io/drain': 'true', 'fulfil.io/deliver': 'pull-request' };
    const checked = valueOf(
      checkDestination(withField(destination, ['metadata', 'annotations'], annotations), 'd.yaml'),
    );
    expect(checked).toMatchObject({ draining: true, proposals: true, canaries: false });
  });

  test('its defaults', () => {
    expect(valueOf(checkDestination(destination, 'd.yaml'))).toEqual({
      name: 'worker-1',
      labels: { environment: 'dev' },
      path: 'worker-1',
      stateStore: { kind: 'GitStateStore', name: 'main' },
      strictMatchLabels: false,
      layout: { mode: 'nestedByMetadata', filename: 'aggregated.yaml' },
      proposals: false,
      draining: false,
      cleanup: 'none',
      canaries: true,
    });
  });

  test('everything set', () => {
    const spec = {
      path: '/',
      stateStoreRef: { kind: 'DirectoryStateStore', name: 'disk' },
      strictMatchLabels: true,
      filepath: { mode: 'aggregatedYAML', filename: 'all.yaml' },
      cleanup: 'all',
      initWorkloads: { enabled: false },
    };
    expect(valueOf(checkDestination({ ...destination, spec }, 'd.yaml'))).toMatchObject({
      path: '',
      stateStore: { kind: 'DirectoryStateStore', name: 'disk' },
      strictMatchLabels: true,
      layout: { mode: 'aggregatedYAML', filename: 'all.yaml' },
      cleanup: 'all',
      canaries: false,
    });
  });

  test.each<[string, (string | number)[], unknown, string]>([
    ['no path', ['spec', 'path'], undefined, 'spec.path: path field is required'],
    ['an empty path', ['spec', 'path'], '', 'spec.path: path field is required'],
    [
      'a path that climbs',
      ['spec', 'path'],
      'a/../../b',
      'spec.path: expected a path inside the state store, without .., found "a/../../b"',
    ],
    ['no store', ['spec', 'stateStoreRef'], undefined, 'spec.stateStoreRef: stateStoreRef field is required'],
    [
      'another kind of store',
      ['spec', 'stateStoreRef', 'kind'],
      'Ftp',
      'spec.stateStoreRef.kind: expected one of BucketStateStore, GitStateStore, DirectoryStateStore, found "Ftp"',
    ],
    [
      'no name of the store',
      ['spec', 'stateStoreRef', 'name'],
      undefined,
      'spec.stateStoreRef.name: expected a string, found nothing',
    ],
    [
      'another mode',
      ['spec', 'filepath'],
      { mode: 'flat' },
      'spec.filepath.mode: expected one of nestedByMetadata, aggregatedYAML, none, found "flat"',
    ],
    [
      'a filename that climbs',
      ['spec', 'filepath'],
      { filename: '../x' },
      'spec.filepath.filename: expected a path inside the state store, without .., found "../x"',
    ],
    ['another cleanup', ['spec', 'cleanup'], 'some', 'spec.cleanup: expected one of none, all, found "some"'],
    [
      'an unknown field',
      ['spec', 'paht'],
      'x',
      'spec.paht: unknown field "paht", expected one of path, stateStoreRef, strictMatchLabels, filepath, cleanup, initWorkloads',
    ],
  ])('%s', (_what, path, value, expected) => {
    expect(problemsOf(checkDestination(withField(destination, path, value), 'd.yaml'))).toEqual([expected]);
  });
});

function store(kind: string, spec: object) {
  return checkStateStore({ apiVersion, kind, metadata: { name: 'main' }, spec }, 's.yaml');
}

const secretRef = { name: 'creds', namespace: 'default' };
const bucket = { bucketName: 'kratix', endpoint: 'minio:9000', secretRef };

describe('a BucketStateStore', () => {
  test('its defaults', () => {
    expect(valueOf(store('BucketStateStore', bucket))).toEqual({
      kind: 'BucketStateStore',
      name: 'main',
      path: '',
      bucketName: 'kratix',
      endpoint: 'minio:9000',
      insecure: false,
      useDualStack: false,
      authMethod: 'accessKey',
      secretRef,
    });
  });

  test('IAM needs no secret', () => {
    expect(problemsOf(store('BucketStateStore', { ...bucket, authMethod: 'IAM', secretRef: undefined }))).toEqual([]);
  });

  test.each<[object, string]>([
    [{ secretRef: undefined }, 'spec.secretRef: must be set when using authentication method accessKey'],
    [{ secretRef: { namespace: 'x' } }, 'spec.secretRef: must contain secret name'],
    [{ secretRef: { name: 'x' } }, 'spec.secretRef: must contain secret namespace'],
    [
      { endpoint: 'https://minio' },
      'spec.endpoint: expected host or host:port without a scheme, such as s3.amazonaws.com, found "https://minio"',
    ],
    [{ authMethod: 'key' }, 'spec.authMethod: expected one of accessKey, IAM, found "key"'],
    [{ bucketName: undefined }, 'spec.bucketName: expected a string, found nothing'],
    [{ path: '../x' }, 'spec.path: expected a path inside the state store, without .., found "../x"'],
  ])('%j', (change, expected) => {
    expect(problemsOf(store('BucketStateStore', { ...bucket, ...change }))).toEqual([expected]);
  });
});

describe('a GitStateStore', () => {
  test('its defaults', () => {
    expect(
      valueOf(store('GitStateStore', { url: 'https://git.example.com/a.git', secretRef: { name: 'creds' } })),
    ).toEqual({
      kind: 'GitStateStore',
      name: 'main',
      path: '',
      url: 'https://git.example.com/a.git',
      branch: 'main',
      authMethod: 'basicAuth',
      secretRef,
      gitAuthor: { name: 'kratix', email: '' },
    });
  });

  test.each([
    { url: 'git@github.com:org/repo.git', authMethod: 'ssh', secretRef },
    { url: 'ssh://git@github.com:22/org/repo.git', authMethod: 'ssh', secretRef },
    { url: 'https://github.com/org/repo', authMethod: 'githubApp', secretRef, branch: 'release/1.0' },
    { url: 'http://127.0.0.1:3000/a.git', secretRef },
    { url: 'http://[::1]:3000/a.git' },
    { url: 'http://localhost/a.git' },
    { url: 'file:///srv/git/a.git' },
  ])('%j', (spec) => {
    expect(problemsOf(store('GitStateStore', spec))).toEqual([]);
  });

  test.each<[object, string]>([
    [{ url: 'http://git.example.com/a' }, 'spec.url: invalid URL for HTTPS auth method: http://git.example.com/a'],
    [
      { url: 'http://localhost.evil.com/a' },
      'spec.url: invalid URL for HTTPS auth method: http://localhost.evil.com/a',
    ],
    [{ url: 'git@github.com:a/b' }, 'spec.url: invalid URL for HTTPS auth method: git@github.com:a/b'],
    [{ url: 'file://srv/a' }, 'spec.url: invalid URL for HTTPS auth method: file://srv/a'],
    [
      { url: 'https://github.com/a', authMethod: 'ssh' },
      'spec.url: invalid URL for SSH auth method: https://github.com/a',
    ],
    [
      { url: 'ssh://git@host@other/a', authMethod: 'ssh' },
      'spec.url: invalid URL for SSH auth method: ssh://***@other/a',
    ],
    [
      { url: 'https://me:token@github.com/a' },
      'spec.url: expected a URL without credentials, found https://***@github.com/a',
    ],
    [{ url: '--upload-pack=x' }, 'spec.url: invalid URL: "--upload-pack=x"'],
    [{ url: undefined }, 'spec.url: expected a string, found nothing'],
    [{ secretRef: undefined }, 'spec.secretRef: must be set when using authentication method basicAuth'],
    [{ url: 'file:///srv/a' }, 'spec.secretRef: must not be set for a file:// URL: it needs no secret'],
    [{ branch: '--force' }, 'spec.branch: expected the name of a git branch, found "--force"'],
    [{ branch: 'a..b' }, 'spec.branch: expected the name of a git branch, found "a..b"'],
    [{ authMethod: 'token' }, 'spec.authMethod: expected one of basicAuth, ssh, githubApp, found "token"'],
  ])('%j', (change, expected) => {
    const spec = { url: 'https://git.example.com/a.git', secretRef, ...change };
    expect(problemsOf(store('GitStateStore', spec))).toEqual([expected]);
  });
});

describe('a DirectoryStateStore', () => {
  test('is a path', () => {
    const expected = { kind: 'DirectoryStateStore', name: 'main', path: '/srv/state' };
    expect(valueOf(store('DirectoryStateStore', { path: '/srv/state' }))).toEqual(expected);
  });

  test.each(['state', '/srv/../etc', ''])('%j is refused', (path) => {
    expect(problemsOf(store('DirectoryStateStore', { path }))).toEqual([
      `spec.path: expected an absolute path without .., found "${path}"`,
    ]);
  });
});

test('another kind is no store', () => {
  expect(problemsOf(store('Destination', {}))).toEqual([
    'kind: expected one of BucketStateStore, GitStateStore, DirectoryStateStore, found "Destination"',
  ]);
});
