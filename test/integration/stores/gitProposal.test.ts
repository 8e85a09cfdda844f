import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gitStore } from '../../../activities/stores/git/gitStore.js';
import type { StoreWriter } from '../../../activities/stores/storeWriter.js';
import type { GitStateStore } from '../../../src/domain/stateStore.js';
import type { GitHttpServer } from '../../servers/gitHttpServer.js';
import { gitHttpServer } from '../../servers/gitHttpServer.js';
import type { GitRepository } from '../../servers/gitRepository.js';
import { gitRepository } from '../../servers/gitRepository.js';
import type { SshServer } from '../../servers/sshServer.js';
import { sshServer } from '../../servers/sshServer.js';
import { directoryChange, never } from '../../servers/storeChanges.js';

let repository: GitRepository;
let web: GitHttpServer;
let ssh: SshServer;
let cache: string;
let clones = 0;

beforeAll(async () => {
  ssh = await sshServer();
  cache = await mkdtemp(join(tmpdir(), 'fulfil-test-clones-'));
});

afterAll(async () => {
  await ssh.close();
  await rm(cache, { recursive: true, force: true });
});

beforeEach(async () => {
  repository = await gitRepository();
  web = await gitHttpServer(repository.root);
  await repository.commitFiles({ 'README.md': 'mine', 'a/old': 'x' });
});

afterEach(async () => {
  await web.close();
  await repository.remove();
});

type Transport = 'file' | 'http' | 'ssh';

/** Each a writer that starts anew, with a clone of its own. */
function writerOver(transport: Transport): StoreWriter {
  const urls = {
    file: `file://${repository.path}`,
    http: `${web.origin}/state.git`,
    ssh: `${ssh.origin}${repository.path}`,
  };
  const store: GitStateStore = {
    kind: 'GitStateStore',
    name: 'main',
    path: '',
    url: urls[transport],
    branch: 'main',
    authMethod: transport === 'ssh' ? 'ssh' : 'basicAuth',
    secretRef: { namespace: 'default', name: 'git' },
    gitAuthor: { name: 'Fulfil', email: 'fulfil@example.org' },
  };
  const values = {
    username: 'fulfil',
    password: web.password,
    sshPrivateKey: ssh.privateKey,
    knownHosts: ssh.knownHosts,
  };
  clones += 1;
  return gitStore(store, { secrets: () => Promise.resolve(values), clone: join(cache, `clone-${clones}.git`) });
}

const branch = 'fulfil/redis-example';
const change = directoryChange('a', { f: '1', 'deep/g': '2' }, 'run-7');

/** What people do on a host of git repositories: a merge of the proposal, in a clone of their own. */
async function merge(...options: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(repository.root, 'merge-'));
  const git = (...args: readonly string[]) =>
    repository.git('-C', work, '-c', 'user.name=someone', '-c', 'user.email=someone@example.org', ...args);
  await git('clone', '--quiet', '--branch=main', repository.path, '.');
  await git('merge', '--quiet', ...options, `origin/${branch}`);
  if (options.includes('--squash')) await git('commit', '--quiet', '--message', 'squashed');
  await git('push', '--quiet', 'origin', 'main');
}

async function branches(): Promise<string[]> {
  return (await repository.git('for-each-ref', '--format=%(refname:short)')).split('\n');
}

describe.each(['file', 'http', 'ssh'] as const)('a proposal over %s', (transport) => {
  it('is one commit on top of the target, which stays as it is until people merge it', async () => {
    const writer = writerOver(transport);
    const target = await repository.git('rev-parse', 'main');
    const proposed = await writer.propose([change], branch, never());
    expect(proposed).toEqual({ revision: await repository.git('rev-parse', branch), changed: true, each: [true] });
    expect(await repository.git('rev-parse', `${branch}^`)).toBe(target);
    expect(await repository.git('show', '-s', '--format=%B', branch)).toBe('Update a\n\nFulfil-Run: run-7');
    expect(await repository.files(branch)).toEqual(['README.md', 'a/deep/g', 'a/f']);
    expect(await repository.git('rev-parse', 'main')).toBe(target);
    expect(await writer.holds([change], never())).toBeUndefined();
    await merge('--no-ff');
    expect(await writer.holds([change], never())).toBe(await repository.git('rev-parse', 'main'));
    await writer.withdraw(branch, never());
    await writer.withdraw(branch, never());
    expect(await branches()).toEqual(['main']);
    expect(await writer.holds([change], never())).toBe(await repository.git('rev-parse', 'main'));
    await repository.git('fsck', '--strict');
  });

  it('is merged too when it was squashed onto a target that moved', async () => {
    const writer = writerOver(transport);
    await writer.propose([change], branch, never());
    await repository.commitFiles({ theirs: 'x' });
    expect(await writer.holds([change], never())).toBeUndefined();
    await merge('--squash');
    expect(await writer.holds([change], never())).toBe(await repository.git('rev-parse', 'main'));
    expect(await writer.propose([change], branch, never())).toMatchObject({ changed: false });
  });

  it('is not pushed again with the same content, also by a writer that starts anew on a target that moved', async () => {
    const first = await writerOver(transport).propose([change], branch, never());
    const same = { revision: first.revision, changed: false, each: [false] };
    const writer = writerOver(transport);
    expect(await writer.propose([change], branch, never())).toEqual(same);
    await repository.commitFiles({ theirs: 'x' });
    expect(await writer.propose([change], branch, never())).toEqual(same);
    expect(await writerOver(transport).propose([change], branch, never())).toEqual(same);
  });

  it('gives way to a newer one, and to one that stands on what the target has now', async () => {
    const writer = writerOver(transport);
    await writer.propose([change], branch, never());
    const newer = directoryChange('a', { f: '2' }, 'run-8');
    await writer.propose([newer], branch, never());
    expect(await repository.read('a/f', branch)).toBe('2');
    expect(await repository.files(branch)).toEqual(['README.md', 'a/f']);
    const target = await repository.commitFiles({ 'a/f': 'by hand' });
    const third = await writer.propose([newer], branch, never());
    expect(third.changed).toBe(true);
    expect(await repository.git('rev-parse', `${branch}^`)).toBe(target);
    expect(await repository.commits(branch)).toBe(3);
    await merge('--ff-only');
    expect(await writer.holds([newer], never())).toBe(third.revision);
    await repository.git('fsck', '--strict');
  });

  it('comes back after somebody deleted its branch, and replaces what somebody pushed there', async () => {
    const writer = writerOver(transport);
    await writer.propose([change], branch, never());
    await repository.git('update-ref', '-d', `refs/heads/${branch}`);
    expect(await writer.propose([change], branch, never())).toMatchObject({ changed: true });
    await repository.commitFiles({ 'a/f': 'fixed by hand' }, branch);
    expect(await writer.propose([change], branch, never())).toMatchObject({ changed: true });
    expect(await repository.read('a/f', branch)).toBe('1');
    await repository.commitFiles({ 'a/f': 'fixed by hand' }, branch);
    await writer.withdraw(branch, never());
    expect(await branches()).toEqual(['main']);
  });

  it('can be taken back and make way for a branch below its name', async () => {
    const writer = writerOver(transport);
    await writer.propose([change], branch, never());
    await writer.propose([change], branch, never());
    await writer.withdraw(branch, never());
    await writer.propose([change], `${branch}/deep`, never());
    await writer.propose([change], `${branch}/deep`, never());
    expect(await branches()).toEqual([`${branch}/deep`, 'main']);
  });

  it('needs no target branch', async () => {
    await repository.git('update-ref', '-d', 'refs/heads/main');
    const writer = writerOver(transport);
    expect(await writer.fingerprint(never())).toBe('empty');
    const { revision } = await writer.propose([change], branch, never());
    expect(await writerOver(transport).propose([change], branch, never())).toMatchObject({ revision, changed: false });
    await repository.git('branch', 'main', branch);
    expect(await writer.holds([change], never())).toBe(revision);
  });

  it('says so when the remote lets no branch be replaced', async () => {
    const writer = writerOver(transport);
    await writer.propose([change], branch, never());
    await repository.git('config', 'receive.denyNonFastForwards', 'true');
    await expect(writer.propose([directoryChange('a', { f: '2' })], branch, never())).rejects.toMatchObject({
      type: 'DocumentRefused',
      retryable: false,
      message: expect.stringContaining(`does not let the branch ${branch} be replaced`),
    });
    await repository.git('config', 'receive.denyDeletes', 'true');
    await expect(writer.withdraw(branch, never())).rejects.toMatchObject({ type: 'DocumentRefused' });
  });

  it('is never the target branch itself, nor a name that is none', async () => {
    const writer = writerOver(transport);
    const wrong = { type: 'StoreMisconfigured', retryable: false };
    await expect(writer.propose([change], 'main', never())).rejects.toMatchObject(wrong);
    await expect(writer.withdraw('main', never())).rejects.toMatchObject(wrong);
    await expect(writer.propose([change], 'a..b', never())).rejects.toMatchObject(wrong);
    expect(await branches()).toEqual(['main']);
  });
});

describe.each(['file', 'http', 'ssh'] as const)('the fingerprint over %s', (transport) => {
  it('is the head, asked without a fetch, and known after a write that nobody disturbed', async () => {
    const writer = writerOver(transport);
    const before = await writer.fingerprint(never());
    expect(before).toBe(await repository.git('rev-parse', 'main'));
    expect(web.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    expect(writer.lastWritten()).toBeUndefined();
    const { revision } = await writer.apply([change], never());
    expect(writer.lastWritten()).toBe(revision);
    const next = await writer.apply([directoryChange('b', { f: '1' })], never());
    expect(writer.lastWritten()).toBe(next.revision);
    expect(await writer.fingerprint(never())).toBe(next.revision);
    await writer.apply([change], never());
    expect(writer.lastWritten()).toBe(next.revision);
  });

  it('is not taken for ours alone when somebody else wrote in between', async () => {
    const writer = writerOver(transport);
    await writer.apply([change], never());
    expect(writer.lastWritten()).toBeUndefined();
    await writer.fingerprint(never());
    await repository.commitFiles({ 'a/f': 'damaged' });
    const { revision } = await writer.apply([directoryChange('b', { f: '1' })], never());
    expect(writer.lastWritten()).toBeUndefined();
    await writer.apply([directoryChange('b', { f: '2' })], never());
    expect(writer.lastWritten()).toBeUndefined();
    expect(await writer.fingerprint(never())).not.toBe(revision);
    const mended = await writer.apply([change], never());
    expect(writer.lastWritten()).toBe(mended.revision);
  });
});
