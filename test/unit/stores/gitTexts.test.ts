import { describe, expect, it } from '@jest/globals';
import { commitMessage } from '../../../activities/stores/git/commitMessage.js';
import { commitObject } from '../../../activities/stores/git/commitObject.js';
import { gitRemote } from '../../../activities/stores/git/gitRemote.js';
import { bucketEndpoint } from '../../../activities/stores/bucket/bucketConnection.js';
import type { BucketStateStore, GitStateStore } from '../../../src/domain/stateStore.js';

function storeAt(url: string, authMethod: GitStateStore['authMethod'] = 'basicAuth', branch = 'main'): GitStateStore {
  return {
    kind: 'GitStateStore',
    name: 'main',
    path: '',
    url,
    branch,
    authMethod,
    gitAuthor: { name: 'kratix', email: '' },
  };
}

describe('commit messages', () => {
  it('say what changed, and name each run once', () => {
    expect(commitMessage([{ summary: 'Update a\nb', run: 'r1' }])).toBe('Update a b\n\nFulfil-Run: r1\n');
    const two = [
      { summary: 'Update a', run: 'r1' },
      { summary: 'Update b', run: 'r1' },
    ];
    expect(commitMessage(two)).toBe('Update 2 placements\n\n- Update a\n- Update b\n\nFulfil-Run: r1\n');
  });

  it('stand in commits whose author cannot break them', async () => {
    const author = { name: 'A <b>\nc', email: 'x>y' };
    const parts = { tree: 't', parent: 'p', author, at: new Date(5_000), message: 'm\n' };
    const { content } = await commitObject(parts, (text) => Promise.resolve(`sig of ${text.length}\nend\n`));
    const who = 'A bc <xy> 5 +0000';
    const unsigned = `tree t\nparent p\nauthor ${who}\ncommitter ${who}`;
    expect(content.toString()).toBe(`${unsigned}\ngpgsig sig of ${unsigned.length + 4}\n end\n\nm\n`);
  });
});

describe('git URLs', () => {
  it.each<[string, GitStateStore['authMethod'], string]>([
    ['https://example.org/x.git/', 'basicAuth', 'http'],
    ['http://127.0.0.1:3000/x', 'githubApp', 'http'],
    ['git@example.org:org/x.git', 'ssh', 'ssh'],
    ['ssh://git@example.org:22/x.git', 'ssh', 'ssh'],
    ['file:///srv/x.git', 'basicAuth', 'file'],
  ])('%s with %s is %s', (url, method, kind) => {
    expect(gitRemote(storeAt(url, method)).kind).toBe(kind);
  });

  it.each<[string, GitStateStore['authMethod'], string]>([
    ['http://example.org/x', 'basicAuth', 'invalid URL for HTTPS auth method: http://example.org/x'],
    ['git@example.org:x', 'basicAuth', 'invalid URL for HTTPS auth method: git@example.org:x'],
    ['https://example.org/x', 'ssh', 'invalid URL for SSH auth method: https://example.org/x'],
    [
      'ssh://-oProxyCommand=x@example.org/x',
      'ssh',
      'invalid URL for SSH auth method: ssh://-oProxyCommand=x@example.org/x',
    ],
    ['git@-oProxyCommand=x:y', 'ssh', 'invalid URL for SSH auth method: git@-oProxyCommand=x:y'],
    ['ext::sh -c x', 'basicAuth', 'url contains whitespace'],
    [
      'https://me:hunter2@example.org/x',
      'basicAuth',
      'url carries a credential; it belongs into the Secret that secretRef names',
    ],
    ['http://me:hunter2@example.org/x', 'basicAuth', 'invalid URL for HTTPS auth method: http://***@example.org/x'],
  ])('%s with %s: %s', (url, method, message) => {
    expect(() => gitRemote(storeAt(url, method))).toThrow(`GitStateStore/main: ${message}`);
  });

  it.each(['', '-x', 'a..b', 'a b', '/a', 'a/', 'a.lock', 'a~1', '@{x', 'a:b'])('refuses the branch %j', (branch) => {
    expect(() => gitRemote(storeAt('https://example.org/x', 'basicAuth', branch))).toThrow('is no name for a branch');
  });
});

describe('bucket endpoints', () => {
  const store = (endpoint: string, useDualStack = false): BucketStateStore => ({
    kind: 'BucketStateStore',
    name: 'b',
    path: '',
    bucketName: 'b',
    endpoint,
    insecure: false,
    useDualStack,
    authMethod: 'IAM',
  });

  it('are hosts with and without a port', () => {
    expect(bucketEndpoint(store('minio.minio.svc:9000'))).toEqual({ host: 'minio.minio.svc', port: 9000 });
    expect(bucketEndpoint(store('[::1]:9000'))).toEqual({ host: '::1', port: 9000 });
    expect(() => bucketEndpoint(store('https://minio:9000'))).toThrow('is not host[:port] without a scheme');
  });

  it('have a dual stack at Amazon only', () => {
    expect(bucketEndpoint(store('s3.amazonaws.com', true), 'eu-west-1')).toEqual({
      host: 's3.dualstack.eu-west-1.amazonaws.com',
    });
    expect(bucketEndpoint(store('s3.us-gov-west-1.amazonaws.com', true))).toEqual({
      host: 's3.dualstack.us-gov-west-1.amazonaws.com',
    });
    expect(bucketEndpoint(store('minio:9000', true), 'eu-west-1')).toEqual({ host: 'minio', port: 9000 });
  });
});
