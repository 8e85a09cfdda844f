import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gitStore } from '../../../activities/stores/git/gitStore.js';
import { memoryFile } from '../../../activities/stores/memoryFile.js';
import type { StoreWriter } from '../../../activities/stores/storeWriter.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { SshServer } from '../../servers/sshServer.js';
import { sshServer } from '../../servers/sshServer.js';
import { directoryChange, never } from '../../servers/storeChanges.js';
import type { TestCertificate } from '../../servers/testCertificate.js';
import { testCertificate } from '../../servers/testCertificate.js';

let repository: GitRepository;
let web: GitHttpServer;
let secure: GitHttpServer;
let ssh: SshServer;
let certificate: TestCertificate;
let cache: string;
let clones = 0;

beforeAll(async () => {
  ssh = await sshServer();
  certificate = await testCertificate();
  cache = await mkdtemp(join(tmpdir(), 'fulfil-test-clones-'));
});

afterAll(async () => {
  await ssh.close();
  await rm(cache, { recursive: true, force: true });
});

beforeEach(async () => {
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  secure = await gitHttpServer(repository.root, certificate);
});

afterEach(async () => {
  await web.close();
  await secure.close();
  await repository.remove();
});

type Transport = 'file' | 'http' | 'https' | 'ssh';

function storeOver(transport: Transport, changes: Partial<GitStateStore> = {}): GitStateStore {
  const urls = {
    file: `file://${repository.path}`,
    http: `${web.origin}/state.git`,
    https: `${secure.origin}/state.git`,
    ssh: `${ssh.origin}${repository.path}`,
  };
  return {
    kind: 'GitStateStore',
    name: 'main',
    path: '',
    url: urls[transport],
    branch: 'main',
    authMethod: transport === 'ssh' ? 'ssh' : 'basicAuth',
    secretRef: { namespace: 'default', name: 'git' },
    gitAuthor: { name: 'Fulfil', email: 'fulfil@example.org' },
    ...changes,
  };
}

function writerOf(store: GitStateStore, secret: Readonly<Record<string, string>> = {}): StoreWriter {
  const values = {
    username: 'fulfil',
    password: web.password,
    caCert: certificate.certificate,
    sshPrivateKey: ssh.privateKey,
    knownHosts: ssh.knownHosts,
    ...secret,
  };
  clones += 1;
  return gitStore(store, { secrets: () => Promise.resolve(values), clone: join(cache, `clone-${clones}.git`) });
}

describe.each(['file', 'http', 'https', 'ssh'] as const)('a git store over %s', (transport) => {
  it('makes the first commit of an empty repository', async () => {
    const writer = writerOf(storeOver(transport));
    const { revision, changed } = await writer.apply(
      [directoryChange('a/b', { 'one.yaml': 'one\n' }, 'run-7')],
      never(),
    );
    expect(changed).toBe(true);
    expect(revision).toBe(await repository.git('rev-parse', 'main'));
    expect(await repository.files()).toEqual(['a/b/one.yaml']);
    expect(await repository.git('show', '-s', '--format=%an <%ae> %cn <%ce>', 'main')).toBe(
      'Fulfil <fulfil@example.org> Fulfil <fulfil@example.org>',
    );
    expect(await repository.git('show', '-s', '--format=%B', 'main')).toBe('Update a/b\n\nFulfil-Run: run-7');
    await repository.git('fsck', '--strict');
  });

  it('creates a missing branch beside others', async () => {
    await repository.commitFiles({ 'README.md': 'mine' }, 'other');
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { f: '1' })], never());
    expect(await repository.files('main')).toEqual(['a/f']);
    expect(await repository.files('other')).toEqual(['README.md']);
  });

  it('works where HEAD names a branch that does not exist', async () => {
    await repository.git('symbolic-ref', 'HEAD', 'refs/heads/nowhere');
    await writerOf(storeOver(transport)).apply([directoryChange('a', { f: '1' })], never());
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { f: '2' })], never());
    await repository.commitFiles({ theirs: 'x' });
    await writer.apply([directoryChange('a', { f: '3' })], never());
    expect(await repository.files()).toEqual(['a/f', 'theirs']);
    await repository.git('fsck', '--strict');
  });

  it('leaves what is not its own alone, whatever .gitignore says', async () => {
    await repository.commitFiles({ '.gitignore': '*\n', 'README.md': 'mine', 'a/old': 'x', 'ab/keep': 'y' });
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { 'deep/new.yaml': 'n' })], never());
    expect(await repository.files()).toEqual(['.gitignore', 'README.md', 'a/deep/new.yaml', 'ab/keep']);
    expect(await repository.commits()).toBe(2);
    await repository.git('fsck', '--strict');
  });

  it('commits nothing when everything is there, also for a writer that starts anew', async () => {
    const change = directoryChange('a', { f: '1' });
    const first = await writerOf(storeOver(transport)).apply([change], never());
    const again = await writerOf(storeOver(transport)).apply([change], never());
    expect(again).toEqual({ revision: first.revision, changed: false, each: [false] });
    expect(await repository.commits()).toBe(1);
  });

  it('builds on what somebody else pushed in between', async () => {
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { f: '1' })], never());
    await repository.commitFiles({ theirs: 'x', 'a/stray': 'y' });
    await writer.apply([directoryChange('a', { f: '2' })], never());
    expect(await repository.files()).toEqual(['a/f', 'theirs']);
    expect(await repository.commits()).toBe(3);
  });

  it('asks again when somebody else pushes between question and push', async () => {
    await repository.commitFiles({ theirs: '1' });
    const writer = writerOf(storeOver(transport));
    let asked = 0;
    const change = directoryChange('a', { f: '1' });
    const racing = {
      ...change,
      edit: async (view: Parameters<typeof change.edit>[0]) => {
        asked += 1;
        if (asked <= 2) await repository.commitFiles({ [`theirs-${asked}`]: 'x' });
        return change.edit(view);
      },
    };
    await writer.apply([racing], never());
    expect(asked).toBe(3);
    expect(await repository.files()).toEqual(['a/f', 'theirs', 'theirs-1', 'theirs-2']);
  });

  it('tells the reason of a protected branch and does not call it worth a retry', async () => {
    await repository.hook(
      'pre-receive',
      'echo "GH006: Protected branch update failed for refs/heads/main." >&2; exit 1',
    );
    const writer = writerOf(storeOver(transport));
    await expect(writer.apply([directoryChange('a', { f: '1' })], never())).rejects.toMatchObject({
      type: 'DocumentRefused',
      retryable: false,
      message: expect.stringContaining('pre-receive hook declined; GH006: Protected branch update failed'),
    });
  });

  it('probes without a trace', async () => {
    const empty = writerOf(storeOver(transport));
    await empty.probe(never());
    expect(await repository.git('for-each-ref')).toBe('');
    await repository.commitFiles({ theirs: '1' });
    await writerOf(storeOver(transport)).probe(never());
    expect(await repository.commits()).toBe(1);
  });

  it('removes the last file and goes on from an empty tree', async () => {
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { f: '1' })], never());
    await writer.apply([directoryChange('a', {})], never());
    expect(await repository.files()).toEqual([]);
    await writer.apply([directoryChange('b', { f: '1' })], never());
    expect(await repository.files()).toEqual(['b/f']);
    await repository.git('fsck', '--strict');
  });

  it('names a repository that is not there', async () => {
    const store = storeOver(transport);
    const writer = writerOf({ ...store, url: store.url.replace('state.git', 'nothing.git') });
    await expect(writer.probe(never())).rejects.toMatchObject({ type: 'StoreMisconfigured', retryable: false });
  });
});

describe('a git store', () => {
  it("keeps to the store's path and writes several changes as one commit", async () => {
    await repository.commitFiles({ 'destinations/x': 'mine', 'a/f': 'mine' });
    const writer = writerOf(storeOver('http', { path: '/destinations/' }));
    const result = await writer.apply(
      [
        directoryChange('a', { f: '1' }, 'run-1'),
        directoryChange('b', { f: '2' }, 'run-2'),
        directoryChange('c', {}, 'run-3'),
      ],
      never(),
    );
    expect(result.each).toEqual([true, true, false]);
    expect(await repository.files()).toEqual(['a/f', 'destinations/a/f', 'destinations/b/f', 'destinations/x']);
    expect(await repository.git('show', '-s', '--format=%B', 'main')).toBe(
      'Update 2 placements\n\n- Update a\n- Update b\n\nFulfil-Run: run-1\nFulfil-Run: run-2',
    );
  });

  it('refuses a file where a directory of somebody else is, and names it', async () => {
    await repository.commitFiles({ 'a/f/theirs': 'x', b: 'x' });
    const writer = writerOf(storeOver('http'));
    const put = (path: string) => ({
      summary: 's',
      run: 'r',
      edit: () => Promise.resolve({ put: [memoryFile(path, '1')], remove: [] }),
    });
    await expect(writer.apply([put('a/f')], never())).rejects.toMatchObject({ type: 'PathConflict', retryable: false });
    await expect(writer.apply([put('b/c')], never())).rejects.toMatchObject({ type: 'PathConflict' });
    await expect(writer.apply([put('x/.Git/config')], never())).rejects.toMatchObject({ type: 'DocumentRefused' });
  });

  it('turns a file into a directory when it is its own', async () => {
    const writer = writerOf(storeOver('http'));
    await writer.apply([directoryChange('a', { x: '1', 'y/z': '2' })], never());
    await writer.apply([directoryChange('a', { 'x/deep': '1', y: '2' })], never());
    expect(await repository.files()).toEqual(['a/x/deep', 'a/y']);
  });

  it('verifies certificates', async () => {
    const writer = writerOf(storeOver('https'), { caCert: (await testCertificate()).certificate });
    await expect(writer.probe(never())).rejects.toMatchObject({
      type: 'StoreRefused',
      retryable: false,
      message: expect.stringContaining('certificate is not trusted'),
    });
  });

  it('pins host keys and knows a refused key', async () => {
    const pinned = writerOf(storeOver('ssh'), { knownHosts: ssh.wrongHosts });
    await expect(pinned.probe(never())).rejects.toMatchObject({
      type: 'StoreRefused',
      message: expect.stringContaining('host key is not the one in knownHosts'),
    });
    const stranger = writerOf(storeOver('ssh'), { sshPrivateKey: ssh.strangerKey });
    await expect(stranger.probe(never())).rejects.toMatchObject({
      type: 'StoreRefused',
      retryable: false,
      message: expect.stringContaining('the credential is refused'),
    });
  });

  it('follows a redirect on the same host', async () => {
    web.behaviour = 'redirect';
    const writer = writerOf(storeOver('http', { url: `${web.origin}/old` }));
    await writer.apply([directoryChange('a', { f: '1' })], never());
    expect(await repository.files()).toEqual(['a/f']);
  });

  it('signs commits with the key of the Secret', async () => {
    const writer = writerOf(storeOver('http'), { signingKey: ssh.privateKey });
    await writer.apply([directoryChange('a', { f: '1' })], never());
    const raw = await repository.git('cat-file', 'commit', 'main');
    expect(raw).toContain('gpgsig -----BEGIN SSH SIGNATURE-----');
    await repository.git('fsck', '--strict');
  });

  it.each(['http', 'https'] as const)('lets the git binary fetch a large repository over %s', async (transport) => {
    await repository.commitFiles({
      theirs: 'x',
      'big.bin': Array.from({ length: 200_000 }, () => Math.random()).join(' '),
    });
    const writer = writerOf(storeOver(transport));
    await writer.apply([directoryChange('a', { f: '1' })], never());
    expect(await repository.files()).toEqual(['a/f', 'big.bin', 'theirs']);
  });

  it('makes a new clone when the old one is damaged', async () => {
    await repository.commitFiles({ theirs: 'x', 'a/b/old': 'y' });
    const writer = writerOf(storeOver('http'));
    await writer.probe(never());
    await writer.apply([directoryChange('c', { f: '1' })], never());
    await rm(join(cache, `clone-${clones}.git`, 'objects'), { recursive: true });
    await writer.apply([directoryChange('a/b', { f: '1' })], never());
    expect(await repository.files()).toEqual(['a/b/f', 'c/f', 'theirs']);
  });
});
